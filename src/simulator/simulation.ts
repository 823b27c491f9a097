import { Names } from '../domain/names.ts';
import { SpanBatch } from '../domain/span-batch.ts';
import { Conditions } from './conditions.ts';
import { Draws, mixSeed } from './distribution.ts';
import { Arrivals } from './arrivals.ts';
import type { Sampling } from './changes.ts';
import { effectsAt } from './effects.ts';
import { type Fault, type FaultTruth, truthOf } from './fault.ts';
import { hostClockUs } from './host-clock.ts';
import { LoadProcess } from './load-process.ts';
import { planTopology } from './plan.ts';
import type { Plan } from './planned.ts';
import { QUIET, type Script } from './script.ts';
import { SecondBuckets } from './second-buckets.ts';
import { SHOP } from './shop.ts';
import { appendSpan } from './span-draft.ts';
import { TraceRun } from './trace-run.ts';
import type { Topology } from './topology.ts';

export interface SimulationOptions {
  readonly seed: number;
  /** Epoch ms at which second 0 begins. */
  readonly startMs: number;
  /** Mean over all entries that have a share; 20 when absent. */
  readonly tracesPerSecond?: number;
  /** Nothing breaks when absent. */
  readonly script?: Script;
  /** The shop when absent. */
  readonly topology?: Topology;
  /** The table that the batches handed to `second` were made with; one of its own when absent. */
  readonly names?: Names;
  /** A share of the spans is handed over up to so many seconds after its second; none when absent. */
  readonly late?: { readonly ratio: number; readonly maxSeconds: number };
  /** Share of the spans that never arrive; 0 when absent. */
  readonly lost?: number;
  /** Head sampling; everything is kept when absent. A script's takes its place. */
  readonly sampling?: Sampling;
}

export interface Simulation {
  readonly names: Names;
  readonly startMs: number;
  /** What an ideal detector would say, in order of time. */
  readonly truths: readonly FaultTruth[];
  /** A batch that `second` accepts. */
  newBatch(): SpanBatch;
  /**
   * Appends the spans whose END, by their own host's clock but for its jumps, falls in [k, k+1) seconds after the start,
   * and the late ones of earlier seconds that are due. Seconds are asked for in rising order; those left out are lost.
   * Throws a RangeError when `k` does not rise, a TypeError for a batch over another table of names.
   */
  second(k: number, batch: SpanBatch): void;
}

/** So that one core makes minutes of it in a second, and that rare entries still have company. */
const DEFAULT_TRACES_PER_SECOND = 20;

/** Streams of chance that must not disturb each other. */
const STREAM = { load: 1, arrivals: 2, traces: 3, late: 4, lost: 5, sampling: 6 } as const;

/** A system at work. The same options give the same spans, bit for bit. */
export function simulate(options: SimulationOptions): Simulation {
  const names = options.names ?? new Names();
  const plan = planTopology(options.topology ?? SHOP, names);
  const faults = (options.script ?? QUIET).faults;
  for (const fault of faults) effectsAt(plan, faults, fault.fromSecond);
  const buckets = new SecondBuckets(names, options.late, new Draws(mixSeed(options.seed, STREAM.late)));
  const generator = new Generator(plan, options, buckets);
  const aheadSeconds = Math.ceil(plan.maxSkewUs / 1e6);
  let next = 0;
  return {
    names,
    startMs: options.startMs,
    truths: truthsOf(faults, options.startMs),
    newBatch: () => new SpanBatch(names),
    second: (k, batch) => {
      if (!Number.isInteger(k) || k < next) throw new RangeError(`second ${k} asked for after ${next - 1}`);
      if (batch.names !== names) throw new TypeError('the batch has another table of names');
      generator.advanceTo(k + aheadSeconds);
      for (; next < k; next++) buckets.drop(next);
      buckets.take(k, batch);
      next = k + 1;
    },
  };
}

function truthsOf(faults: readonly Fault[], startMs: number): FaultTruth[] {
  return faults
    .map((fault) => truthOf(fault, startMs))
    .filter((truth) => truth !== undefined)
    .sort((a, b) => a.fromMs - b.fromMs);
}

/** Makes the traces that start in each second, one second after the other. */
class Generator {
  readonly #plan: Plan;
  readonly #seed: number;
  readonly #arrivals: Arrivals;
  readonly #sampling: Sampling | undefined;
  readonly #lost: number;
  readonly #lostDraws: Draws;
  readonly #faults: readonly Fault[];
  readonly #load: LoadProcess;
  readonly #buckets: SecondBuckets;
  readonly #originUs: number;
  #nextSecond = 0;

  constructor(plan: Plan, options: SimulationOptions, buckets: SecondBuckets) {
    this.#plan = plan;
    this.#seed = options.seed;
    this.#arrivals = new Arrivals(
      plan,
      options.tracesPerSecond ?? DEFAULT_TRACES_PER_SECOND,
      options.startMs,
    );
    this.#sampling = options.sampling;
    this.#lost = options.lost ?? 0;
    this.#lostDraws = new Draws(mixSeed(options.seed, STREAM.lost));
    this.#faults = (options.script ?? QUIET).faults;
    this.#buckets = buckets;
    this.#originUs = options.startMs * 1000;
    const draws = new Draws(mixSeed(options.seed, STREAM.load));
    this.#load = new LoadProcess(plan, draws, options.startMs);
  }

  advanceTo(second: number): void {
    while (this.#nextSecond <= second) this.#generate(this.#nextSecond++);
  }

  #generate(second: number): void {
    const effects = effectsAt(this.#plan, this.#faults, second);
    this.#load.step(second);
    const { clockUs: jumpUs, sampling = this.#sampling } = effects.changes;
    const steadyUs = this.#plan.topology.nodes.map((node) => hostClockUs(node, second));
    const originUs = this.#originUs;
    const weight = sampling?.declared === true ? 1 / sampling.ratio : 1;
    const run = new TraceRun(
      this.#plan,
      new Conditions(this.#plan.names, effects, this.#load.speed),
      (span, traceId) => {
        const host = span.instance.nodeIndex;
        const endSecond = Math.floor(Math.round(span.endUs + steadyUs[host]) / 1e6);
        if (this.#isLost(endSecond)) return;
        const stamp = { originUs, clockUs: steadyUs[host] + jumpUs[host], weight };
        appendSpan(this.#buckets.ending(endSecond), span, traceId, stamp);
      },
    );
    const arrivals = new Draws(mixSeed(mixSeed(this.#seed, STREAM.arrivals), second));
    const traces = mixSeed(mixSeed(this.#seed, STREAM.traces), second);
    // In second 0 nothing starts so early that a host whose clock is behind would see it before the simulation.
    const quietUs = second === 0 ? this.#plan.maxSkewUs : 0;
    let ordinal = 0;
    for (const entry of this.#plan.entries) {
      const count = this.#arrivals.count(entry, { second, load: this.#load.rate, effects, draws: arrivals });
      for (let i = 0; i < count; i++) {
        const startUs = second * 1e6 + quietUs + arrivals.uniform() * (1e6 - quietUs);
        const seed = mixSeed(traces, ordinal++);
        if (sampling === undefined || isKept(seed, sampling.ratio))
          run.run(entry.operation, startUs, new Draws(seed));
      }
    }
  }

  #isLost(second: number): boolean {
    let ratio = this.#lost;
    for (const { action, fromSecond, toSecond } of this.#faults)
      if (action.kind === 'lose' && second >= fromSecond && second < toSecond) ratio = action.ratio;
    return ratio > 0 && this.#lostDraws.uniform() < ratio;
  }
}

/** Decided by the trace alone, so that a smaller share is a part of the larger one. */
function isKept(traceSeed: number, ratio: number): boolean {
  return (mixSeed(traceSeed, STREAM.sampling) >>> 0) / 2 ** 32 < ratio;
}
