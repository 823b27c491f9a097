/** Median absolute deviation to standard deviation, for a Gaussian. */
export const MAD_TO_SIGMA = 1.4826;

/** The value at which half of the weight lies below. NaN for nothing. */
export function weightedMedian(values: Float64Array, weights: Float64Array): number {
  const order = Array.from(values.keys()).sort((a, b) => values[a] - values[b]);
  let total = 0;
  for (const i of order) total += weights[i];
  let reached = 0;
  for (const i of order) {
    reached += weights[i];
    if (reached * 2 >= total) return values[i];
  }
  return Number.NaN;
}

/** Mean without the largest `part` of the values. */
export function trimmedMean(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort();
  const kept = sorted.subarray(0, Math.max(1, Math.ceil(sorted.length * (1 - part))));
  return kept.reduce((sum, v) => sum + v, 0) / kept.length;
}

/** Quantile by linear interpolation (Hyndman and Fan type 7). */
export function quantile(values: readonly number[], q: number): number {
  // Numbers in a typed array sort several times as fast as with a comparison.
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}
