import { bucketFloor, HISTOGRAM_BUCKETS, histogramBucket, LOG_OFFSET_US, usOf } from '../domain/summary.ts';
import type { RuleMeasure } from '../domain/rule.ts';

/**
 * Requests of one series over one stretch: mergeable sums. Each request counts by its weight (what sampling left out
 * stands behind it); `seen` are those that came.
 */
export interface Tally {
  seen: number;
  weight: number;
  /** Of those that failed; of a burn rate also of those that were too slow. */
  bad: number;
  /** HISTOGRAM_BUCKETS weights of ln(us + LOG_OFFSET_US); absent where no quantile is asked for. */
  histogram?: Float32Array;
}

export function emptyTally(quantiles: boolean): Tally {
  const sums = { seen: 0, weight: 0, bad: 0 };
  return quantiles ? { ...sums, histogram: new Float32Array(HISTOGRAM_BUCKETS) } : sums;
}

export function addRequest(
  tally: Tally,
  request: { readonly us: number; readonly weight: number; readonly bad: boolean },
): void {
  const { us, weight, bad } = request;
  tally.seen++;
  tally.weight += weight;
  if (bad) tally.bad += weight;
  if (tally.histogram) tally.histogram[histogramBucket(Math.log(us + LOG_OFFSET_US))] += weight;
}

/** Commutative, associative; the empty tally is its zero. */
export function addTally(to: Tally, from: Tally): void {
  to.seen += from.seen;
  to.weight += from.weight;
  to.bad += from.bad;
  const { histogram } = to;
  if (histogram) from.histogram?.forEach((weight, bucket) => (histogram[bucket] += weight));
}

const QUANTILES: Readonly<Partial<Record<RuleMeasure, number>>> = {
  p50: 0.5,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
};

export function isQuantile(measure: RuleMeasure): boolean {
  return QUANTILES[measure] !== undefined;
}

/**
 * What a rule compares: microseconds, 0..1, or requests a second. Undefined when there is nothing to say: too few
 * requests, except of a rate, whose nothing is 0. A quantile is read from the histogram, log-linear within its bucket
 * (19% wide).
 */
export function valueOf(
  tally: Tally,
  measure: RuleMeasure,
  { windowMs, minRequests }: { readonly windowMs: number; readonly minRequests: number },
): number | undefined {
  if (measure === 'rate') return (tally.weight * 1000) / windowMs;
  if (tally.seen < Math.max(1, minRequests) || tally.weight <= 0) return undefined;
  if (measure === 'error-ratio') return Math.min(1, tally.bad / tally.weight);
  return tally.histogram && quantile(tally.histogram, QUANTILES[measure] ?? 0.5);
}

function quantile(histogram: Float32Array, q: number): number | undefined {
  const total = histogram.reduce((sum, weight) => sum + weight, 0);
  if (total <= 0) return undefined;
  let below = 0;
  for (let bucket = 0; bucket < histogram.length; bucket++) {
    const weight = histogram[bucket];
    if (weight > 0 && below + weight >= q * total) {
      const part = Math.min(1, Math.max(0, (q * total - below) / weight));
      const width = bucketFloor(bucket + 1) - bucketFloor(bucket);
      return usOf(bucketFloor(bucket) + part * width);
    }
    below += weight;
  }
  return undefined;
}
