import { SCALES } from '../domain/scales.ts';
import type { Season } from './season.ts';
import type { Tail } from './tail.ts';

/**
 * What is normal for one component. For latency in y = ln(us + 100), for ratios and calls in their own unit. A sum of
 * n values over scale s has the mean `level` and the variance `between[s] + within / n`, and its deviation is wider
 * than a normal law by `inflation`.
 */
export interface Baseline {
  level: number;
  /** Variance from value to value inside a window. */
  within: number;
  /** Variance of the window's own level, by scale. */
  between: Float64Array;
  /** How much wider than theory the standardised deviations were, at least 1. */
  inflation: number;
  /** Windows that it rests on, decayed. */
  windows: number;
  /** Values that it rests on, decayed. */
  values: number;
  /** Of latencies that were learned from files. */
  tail?: Tail;
  /** Of latencies whose days repeat; where there is one, `level` is that of the window judged last. */
  season?: Season;
  /** What of `level` is the season's. */
  inLevel?: number;
}

export function emptyBaseline(): Baseline {
  return { level: 0, within: 0, between: new Float64Array(SCALES), inflation: 1, windows: 0, values: 0 };
}

/** Standard error of the mean of `count` values at scale `s`. */
export function standardError(baseline: Baseline, scale: number, count: number): number {
  return baseline.inflation * Math.sqrt(baseline.between[scale] + baseline.within / count);
}
