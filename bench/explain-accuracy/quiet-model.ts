import { Assembler, DEFAULT_ASSEMBLE_LIMITS, TraceBuilder } from '../../src/assemble/index.ts';
import { ComponentTable } from '../../src/domain/component-table.ts';
import { Measurements } from '../../src/domain/measurement.ts';
import type { SpanBatch } from '../../src/domain/span-batch.ts';
import { LOG_OFFSET_US } from '../../src/domain/summary.ts';
import type { Trace } from '../../src/domain/trace.ts';
import { Measurer } from '../../src/measure/index.ts';
import { simulate } from '../../src/simulator/index.ts';
import type { Names } from '../../src/domain/names.ts';

/** What a trace says of its latency components, as excess over the level of quiet traces. */
export interface Excess {
  readonly component: string;
  /** Microseconds over the quiet geometric mean. */
  readonly us: number;
  /** Standard deviations of the log over its mean. */
  readonly z: number;
}

const DIVIDED_KINDS: readonly string[] = ['self', 'dependency', 'request', 'response'];
const START_MS = Date.UTC(2026, 0, 1);

/** Level and spread of every latency component of the quiet shop, and the excess of single traces over them. */
export class QuietModel {
  readonly #table: ComponentTable;
  readonly #measurer: Measurer;
  readonly #measured = new Measurements();
  readonly #names: Names;
  readonly #count: number[] = [];
  readonly #sum: number[] = [];
  readonly #squares: number[] = [];

  constructor(names: Names) {
    this.#names = names;
    this.#table = new ComponentTable(names);
    this.#measurer = new Measurer(this.#table);
  }

  /** Traces learned. */
  learn(seed: number, seconds: number): number {
    const simulation = simulate({ seed, startMs: START_MS, names: this.#names });
    const batch = simulation.newBatch();
    let traces = 0;
    const assembler = this.#assembler((trace) => {
      traces++;
      this.#measurer.measure(trace, this.#measured);
      for (let i = 0; i < this.#measured.length; i++)
        this.#add(this.#measured.component[i], this.#measured.value[i]);
    });
    for (let second = 0; second < seconds; second++) {
      batch.clear();
      simulation.second(second, batch);
      assembler.add(batch);
    }
    assembler.flush();
    return traces;
  }

  /** Of the one trace in the batch. A component seen several times counts once, with its largest. */
  excesses(batch: SpanBatch): Excess[] {
    const largest = new Map<number, Excess>();
    const assembler = this.#assembler((trace) => {
      this.#measurer.measure(trace, this.#measured);
      for (let i = 0; i < this.#measured.length; i++) {
        const id = this.#measured.component[i];
        if (!DIVIDED_KINDS.includes(this.#table.kindOf(id))) continue;
        const excess = this.#excess(id, this.#measured.value[i]);
        const known = largest.get(id);
        if (known === undefined || known.us < excess.us) largest.set(id, excess);
      }
    });
    assembler.add(batch);
    assembler.flush();
    return [...largest.values()];
  }

  #assembler(onTrace: (trace: Trace) => void): Assembler {
    const limits = { ...DEFAULT_ASSEMBLE_LIMITS, maxOpenTraces: 20_000, maxOpenSpans: 200_000 };
    return new Assembler(limits, new TraceBuilder(this.#names), onTrace);
  }

  #add(id: number, value: number): void {
    this.#count[id] = (this.#count[id] ?? 0) + 1;
    this.#sum[id] = (this.#sum[id] ?? 0) + value;
    this.#squares[id] = (this.#squares[id] ?? 0) + value * value;
  }

  #excess(id: number, value: number): Excess {
    const count = this.#count[id] ?? 0;
    const mean = count === 0 ? Math.log(LOG_OFFSET_US) : this.#sum[id] / count;
    const variance = count < 2 ? 1 : this.#squares[id] / count - mean * mean;
    // Clock jitter alone makes a tenth in the log: no component is judged as tighter than that.
    const spread = Math.sqrt(Math.max(0.01, variance));
    return {
      component: this.#table.key(id),
      us: Math.exp(value) - Math.exp(mean),
      z: (value - mean) / spread,
    };
  }
}
