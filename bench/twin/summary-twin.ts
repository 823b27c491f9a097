import type { Vocabulary } from '../../src/app/vocabulary.ts';
import { Measurements } from '../../src/domain/measurement.ts';
import { HISTOGRAM_BUCKETS, LOG_OFFSET_US, SummaryBatch, WINDOW_MS } from '../../src/domain/summary.ts';
import type { Trace } from '../../src/domain/trace.ts';
import { Arrivals } from '../../src/simulator/arrivals.ts';
import { Draws, mixSeed } from '../../src/simulator/distribution.ts';
import { effectsAt } from '../../src/simulator/effects.ts';
import type { Topology } from '../../src/simulator/index.ts';
import { LoadProcess } from '../../src/simulator/load-process.ts';
import { planTopology } from '../../src/simulator/plan.ts';
import type { Plan, PlannedEntry } from '../../src/simulator/planned.ts';
import { type OpenWindow, TraceParts } from '../../src/summarise/trace-parts.ts';
import { FIXED, type KeptTrace, MIXED, TraceLibrary } from './library.ts';

export interface TwinOptions {
  readonly topology: Topology;
  readonly seed: number;
  /** Epoch ms of the first window's start, a multiple of ten seconds. */
  readonly startMs: number;
  readonly tracesPerSecond: number;
  /** A fault: what multiplies the times of a service (its number in the topology) at an epoch ms; 1 when absent. */
  readonly slowdown?: (service: number, epochMs: number) => number;
  /** Sees each fresh trace: one in REUSE of those counted. */
  readonly onTrace?: (trace: Trace, measurements: Measurements) => void;
}

/**
 * Kept traces an entry: what it gets in so many hours, so that one that failed or took long comes again after as long, and not
 * in the minutes that are judged together. (With 400, two that failed made half a percent of failures for hours.)
 */
const SHELF_HOURS = 2;
const LEAST_SHELF = 400;
/** A trace is counted so often, on average, before another takes its place: what makes weeks affordable. */
const REUSE = 50;
/** Traces made at once. */
const MADE_AT_ONCE = 400;
const SECONDS_A_WINDOW = WINDOW_MS / 1000;
const STREAM = { load: 1, arrivals: 2, library: 3 } as const;

/**
 * Windows of a quiet system without their spans. Arrivals, load and the speed of each service are those of the span-level
 * simulator, second by second; a trace is drawn from a shelf of traces that it made, which are replaced as they are used,
 * and its times are stretched by the speeds of the second. The summaries are made by the product's own summariser.
 * Clocks may be off but not drift, and no spans are late, lost or sampled. Throws a RangeError for a clock that drifts.
 */
export class SummaryTwin {
  readonly #plan: Plan;
  readonly #load: LoadProcess;
  readonly #arrivals: Arrivals;
  readonly #draws: Draws;
  readonly #library: TraceLibrary;
  readonly #parts: TraceParts;
  readonly #shelves: KeptTrace[][];
  readonly #effects: ReturnType<typeof effectsAt>;
  readonly #startMs: number;
  readonly #slowdown: TwinOptions['slowdown'];
  readonly #measured = new Measurements();
  /** Windows that traces have reached, by number. */
  readonly #open = new Map<number, OpenWindow>();
  readonly #spare: SummaryBatch[] = [];
  #worn: number[] = [];
  #next = 0;

  constructor(vocabulary: Vocabulary, options: TwinOptions) {
    const { topology, seed, startMs, tracesPerSecond } = options;
    if (topology.nodes.some(({ drift }) => drift !== undefined))
      throw new RangeError(`${topology.name}: a twin's clocks do not drift`);
    this.#plan = planTopology(topology, vocabulary.names);
    this.#load = new LoadProcess(this.#plan, new Draws(mixSeed(seed, STREAM.load)), startMs);
    this.#arrivals = new Arrivals(this.#plan, tracesPerSecond, startMs);
    this.#draws = new Draws(mixSeed(seed, STREAM.arrivals));
    this.#effects = effectsAt(this.#plan, [], 0);
    this.#parts = new TraceParts(vocabulary.table);
    this.#startMs = startMs;
    this.#slowdown = options.slowdown;
    this.#library = new TraceLibrary(this.#plan, vocabulary, {
      seed: mixSeed(seed, STREAM.library),
      ...(options.onTrace === undefined ? {} : { onTrace: options.onTrace }),
    });
    // Some are thrown away: which children an operation has is known only once all were seen.
    for (const entry of this.#plan.entries) this.#stock(entry, LEAST_SHELF);
    this.#shelves = this.#plan.entries.map((entry) =>
      this.#stock(entry, Math.max(LEAST_SHELF, this.#arrivals.meanPerSecond(entry) * SHELF_HOURS * 3600)),
    );
  }

  /** The next window, sealed. */
  window(): SummaryBatch {
    const number = this.#next++;
    for (let s = 0; s < SECONDS_A_WINDOW; s++) this.#second(number * SECONDS_A_WINDOW + s);
    this.#refresh();
    const { batch } = this.#open.get(number) ?? this.#create(number);
    this.#open.delete(number);
    batch.sealed = true;
    return batch;
  }

  /** A window that nobody holds any more: its room is used again. */
  giveBack(batch: SummaryBatch): void {
    const { length, count, values, sum, sumOfSquares } = batch;
    for (const column of [count, values, sum, sumOfSquares]) column.fill(0, 0, length);
    batch.histogram.fill(0, 0, length * HISTOGRAM_BUCKETS);
    batch.length = batch.traces = 0;
    batch.sealed = false;
    this.#spare.push(batch);
  }

  #stock(entry: PlannedEntry, wanted: number): KeptTrace[] {
    const shelf: KeptTrace[] = [];
    while (shelf.length < wanted)
      shelf.push(...this.#library.make(new Array<PlannedEntry>(MADE_AT_ONCE).fill(entry)));
    return shelf;
  }

  #second(second: number): void {
    this.#load.step(second);
    if (this.#slowdown !== undefined)
      for (const { index } of this.#plan.services)
        this.#load.speed[index] *= this.#slowdown(index, this.#startMs + second * 1000);
    const moment = { second, load: this.#load.rate, effects: this.#effects, draws: this.#draws };
    this.#plan.entries.forEach((entry, e) => {
      const count = this.#arrivals.count(entry, moment);
      for (let i = 0; i < count; i++) {
        const shelf = this.#shelves[e];
        const at = Math.floor(this.#draws.uniform() * shelf.length);
        this.#count(shelf[at], second * 1e6 + this.#draws.uniform() * 1e6);
        if (this.#draws.uniform() * REUSE < 1) this.#worn.push(e, at);
      }
    });
  }

  #count(trace: KeptTrace, startUs: number): void {
    const number = Math.floor((startUs + trace.lastsUs) / (WINDOW_MS * 1000));
    let window = this.#open.get(number);
    if (window === undefined) this.#open.set(number, (window = this.#create(number)));
    window.batch.traces++;
    const measured = this.#measured;
    measured.clear();
    for (let m = 0; m < trace.component.length; m++)
      measured.push(trace.component[m], this.#valueOf(trace, m), 0);
    this.#parts.addTo(window, measured, trace.traceId);
  }

  #valueOf({ value, speed, path }: KeptTrace, m: number): number {
    const by = speed[m];
    if (by === FIXED) return value[m];
    if (by !== MIXED) return Math.log(value[m] * this.#load.speed[by] + LOG_OFFSET_US);
    let us = 0;
    for (const part of path) us += part.us * (part.speed === FIXED ? 1 : this.#load.speed[part.speed]);
    return Math.log(us + LOG_OFFSET_US);
  }

  /** Fresh traces in the places of those that were used enough. */
  #refresh(): void {
    if (this.#worn.length < 128) return;
    const worn = this.#worn;
    this.#worn = [];
    const entries: PlannedEntry[] = [];
    for (let i = 0; i < worn.length; i += 2) entries.push(this.#plan.entries[worn[i]]);
    this.#library.make(entries).forEach((trace, i) => {
      this.#shelves[worn[2 * i]][worn[2 * i + 1]] = trace;
    });
  }

  #create(number: number): OpenWindow {
    const batch = this.#spare.pop() ?? new SummaryBatch();
    batch.windowStartMs = this.#startMs + number * WINDOW_MS;
    return { batch, rows: new Int32Array(1024) };
  }
}
