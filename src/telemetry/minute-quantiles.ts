import { bucketMiddle, HISTOGRAM_BUCKETS, usOf, WINDOW_MS } from '../domain/summary.ts';

/** Windows of a minute. */
const WINDOWS = 6;

/** The values of the last six windows of one component: quantiles over a minute. 3 KB. */
export class MinuteQuantiles {
  readonly #counts = new Uint32Array(WINDOWS * HISTOGRAM_BUCKETS);
  readonly #windows = new Float64Array(WINDOWS).fill(-1);

  /** `histogram` from `from` on, borrowed; at most once a window. */
  push(windowMs: number, histogram: Uint32Array, from: number): void {
    const window = windowMs / WINDOW_MS;
    const slot = window % WINDOWS;
    this.#windows[slot] = window;
    this.#counts.set(histogram.subarray(from, from + HISTOGRAM_BUCKETS), slot * HISTOGRAM_BUCKETS);
  }

  /** Seconds by quantile, each within half a bucket (9%); undefined when the minute that ends with `newestMs` has none. */
  of(newestMs: number, quantiles: readonly number[]): number[] | undefined {
    const newest = newestMs / WINDOW_MS;
    const sum = new Float64Array(HISTOGRAM_BUCKETS);
    let total = 0;
    for (let slot = 0; slot < WINDOWS; slot++) {
      if (this.#windows[slot] <= newest - WINDOWS || this.#windows[slot] > newest) continue;
      for (let bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        const count = this.#counts[slot * HISTOGRAM_BUCKETS + bucket];
        sum[bucket] += count;
        total += count;
      }
    }
    if (total === 0) return undefined;
    return quantiles.map((q) => secondsAt(sum, q * total));
  }
}

function secondsAt(sum: Float64Array, rank: number): number {
  let reached = 0;
  let bucket = -1;
  do reached += sum[++bucket];
  while (bucket < HISTOGRAM_BUCKETS - 1 && (reached === 0 || reached < rank));
  return usOf(bucketMiddle(bucket)) / 1e6;
}
