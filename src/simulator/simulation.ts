import type { Names } from '../domain/names.ts';
import type { SpanBatch } from '../domain/span-batch.ts';
import type { FaultTruth } from './fault.ts';
import type { Script } from './script.ts';
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
}

export interface Simulation {
  readonly names: Names;
  readonly startMs: number;
  /** What an ideal detector would say, in order of time. */
  readonly truths: readonly FaultTruth[];
  /** A batch that `second` accepts. */
  newBatch(): SpanBatch;
  /**
   * Appends the spans whose END, by their own host's clock, falls in [k, k+1) seconds after the start, and the late
   * ones of earlier seconds that are due. Seconds are asked for in rising order; those left out are lost.
   * Throws a RangeError when `k` does not rise, a TypeError for a batch over another table of names.
   */
  second(k: number, batch: SpanBatch): void;
}

/** A system at work. The same options give the same spans, bit for bit. */
export function simulate(_options: SimulationOptions): Simulation {
  throw new Error('not there yet');
}
