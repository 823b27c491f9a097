import { Assembler, DEFAULT_ASSEMBLE_LIMITS, TraceBuilder } from '../../src/assemble/index.ts';
import { KindCode } from '../../src/domain/component-table.ts';
import { Measurements } from '../../src/domain/measurement.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import { LOG_OFFSET_US } from '../../src/domain/summary.ts';
import type { Trace } from '../../src/domain/trace.ts';
import type { Vocabulary } from '../../src/app/vocabulary.ts';
import { criticalPath, Measurer, rootOf } from '../../src/measure/index.ts';
import { Conditions } from '../../src/simulator/conditions.ts';
import { Draws, mixSeed } from '../../src/simulator/distribution.ts';
import { effectsAt } from '../../src/simulator/effects.ts';
import type { Plan, PlannedEntry, PlannedStep } from '../../src/simulator/planned.ts';
import { appendSpan } from '../../src/simulator/span-draft.ts';
import { TraceRun } from '../../src/simulator/trace-run.ts';

/** One trace, measured at usual speed, and how its measurements move with the speeds of services and peers. */
export interface KeptTrace {
  readonly traceId: Int32Array;
  /** From the root's start to the latest end, microseconds. */
  readonly lastsUs: number;
  readonly component: Int32Array;
  /** Microseconds where a speed moves it, the measured value elsewhere. */
  readonly value: Float64Array;
  /** Whose speed multiplies it; FIXED: nobody's; MIXED: the end-to-end time, see `path`. */
  readonly speed: Int16Array;
  /** End-to-end time by whose speed it follows. */
  readonly path: readonly { readonly speed: number; readonly us: number }[];
}

export const FIXED = -1;
export const MIXED = -2;

/** Traces are made far apart, so that none touches another. */
const APART_US = 120e6;

/** Makes traces with the span-level simulator, assembles and measures them. */
export class TraceLibrary {
  readonly #plan: Plan;
  readonly #vocabulary: Vocabulary;
  readonly #seed: number;
  readonly #conditions: Conditions;
  readonly #measurer: Measurer;
  readonly #measured = new Measurements();
  readonly #batch: SpanBatch;
  readonly #onTrace: (trace: Trace, measurements: Measurements) => void;
  /** By operation number: it waits for other things than work, so that no speed moves its own time. */
  readonly #waits = new Set<number>();
  readonly #speedOfService = new Map<number, number>();
  readonly #speedOfPeer = new Map<string, number>();
  #made = 0;

  constructor(
    plan: Plan,
    vocabulary: Vocabulary,
    { seed, onTrace }: { seed: number; onTrace?: (trace: Trace, measurements: Measurements) => void },
  ) {
    this.#plan = plan;
    this.#vocabulary = vocabulary;
    this.#seed = seed;
    this.#onTrace = onTrace ?? (() => undefined);
    this.#conditions = new Conditions(
      plan.names,
      effectsAt(plan, [], 0),
      new Float64Array(plan.speeds).fill(1),
    );
    this.#measurer = new Measurer(vocabulary.table);
    this.#batch = new SpanBatch(plan.names);
    for (const service of plan.services) {
      this.#speedOfService.set(service.id, service.index);
      for (const { id, steps } of plan.operationsOf(service)) if (waits(steps)) this.#waits.add(id);
    }
    plan.topology.peers.forEach(({ name }, i) => this.#speedOfPeer.set(name, plan.services.length + i));
  }

  /** One fresh trace of each entry asked for, in their order. */
  make(entries: readonly PlannedEntry[]): KeptTrace[] {
    const kept = new Array<KeptTrace>(entries.length);
    this.#batch.clear();
    let at = 0;
    const order = new Map<string, number>();
    const run = new TraceRun(this.#plan, this.#conditions, (span, traceId) => {
      order.set(traceId.join(), at);
      const clockUs = span.instance.node.skewUs;
      appendSpan(this.#batch, span, traceId, { originUs: 0, clockUs, weight: 1 });
    });
    for (; at < entries.length; at++)
      run.run(entries[at].operation, (at + 1) * APART_US, new Draws(mixSeed(this.#seed, this.#made++)));
    const assembler = new Assembler(
      { ...DEFAULT_ASSEMBLE_LIMITS, maxOpenTraces: entries.length + 1, maxOpenSpans: this.#batch.length + 1 },
      new TraceBuilder(this.#plan.names),
      (trace) => {
        const index = order.get(trace.traceId.join()) ?? -1;
        kept[index] = this.#keep(trace, (index + 1) * APART_US);
      },
    );
    assembler.add(this.#batch);
    assembler.flush();
    return kept;
  }

  #keep(trace: Trace, startUs: number): KeptTrace {
    this.#measurer.measure(trace, this.#measured);
    this.#onTrace(trace, this.#measured);
    const { length } = this.#measured;
    const component = this.#measured.component.slice(0, length);
    const value = this.#measured.value.slice(0, length);
    const speed = new Int16Array(length);
    for (let m = 0; m < length; m++) {
      speed[m] = this.#speedOf(component[m]);
      if (speed[m] !== FIXED) value[m] = Math.exp(value[m]) - LOG_OFFSET_US;
    }
    return {
      traceId: trace.traceId.slice(),
      lastsUs: trace.latestEndUs - startUs,
      component,
      value,
      speed,
      path: this.#pathOf(trace),
    };
  }

  #speedOf(component: number): number {
    const { table } = this.#vocabulary;
    const { names } = table;
    switch (table.kind[component]) {
      case KindCode.self: {
        const operation = table.a[component];
        if (this.#waits.has(operation)) return FIXED;
        return this.#speedOfService.get(names.serviceOf(operation)) ?? FIXED;
      }
      case KindCode.dependency:
        return this.#speedOfPeer.get(names.slotName(table.b[component])) ?? FIXED;
      case KindCode.total:
        return MIXED;
      default:
        return FIXED;
    }
  }

  /** The root's time by whose speed it follows: own work by the service's, a query by the peer's. */
  #pathOf(trace: Trace): KeptTrace['path'] {
    const root = rootOf(trace);
    if (root < 0) return [];
    const sums = new Map<number, number>();
    for (const { span, fromUs, toUs } of criticalPath(trace, this.#measurer.tree, root)) {
      const peer = this.#vocabulary.names.slotName(trace.peer[span]);
      const ofPeer = trace.peer[span] === 0 ? undefined : this.#speedOfPeer.get(peer);
      const waiting = this.#waits.has(trace.operation[span]);
      const isCall = trace.peer[span] !== 0 && ofPeer === undefined;
      const own = waiting || isCall ? FIXED : (this.#speedOfService.get(trace.service[span]) ?? FIXED);
      const speed = ofPeer ?? own;
      sums.set(speed, (sums.get(speed) ?? 0) + toUs - fromUs);
    }
    return [...sums].map(([speed, us]) => ({ speed, us }));
  }
}

function waits(steps: readonly PlannedStep[]): boolean {
  return steps.some((step) => step.do === 'wait');
}
