/** Enough for all counts below a thousand or so; beyond, the rest is closed as a geometric series. */
const MOST_TERMS = 2000;

/**
 * ln P(X >= k) for a negative binomial X with the given mean and variance (variance > mean), or Poisson when the
 * variance does not exceed the mean. Summed from k upwards: exact for the small counts that errors come in, within a few per cent for tens of thousands.
 */
export function logCountTail(k: number, mean: number, variance: number): number {
  if (k <= 0) return 0;
  const overdispersed = variance > mean * 1.0001;
  const r = overdispersed ? (mean * mean) / (variance - mean) : Number.POSITIVE_INFINITY;
  const p = overdispersed ? mean / variance : 0;
  let log = overdispersed
    ? logGamma(k + r) - logGamma(r) - logGamma(k + 1) + r * Math.log(p) + k * Math.log1p(-p)
    : k * Math.log(mean) - mean - logGamma(k + 1);
  const first = log;
  let sum = 1;
  for (let i = k + 1; ; i++) {
    const ratio = overdispersed ? ((i - 1 + r) / i) * (1 - p) : mean / i;
    log += Math.log(ratio);
    const term = Math.exp(log - first);
    sum += term;
    if (term < 1e-12 * sum) break;
    if (i < k + MOST_TERMS) continue;
    // Terms fall nearly geometrically by now; leaving the rest out would call the tail thinner than it is.
    sum += ratio < 1 ? (term * ratio) / (1 - ratio) : Number.POSITIVE_INFINITY;
    break;
  }
  return Math.min(0, first + Math.log(sum));
}

/** Stirling's series after shifting the argument above 8 (Abramowitz and Stegun 6.1.41). */
export function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  while (y < 8) {
    shift += Math.log(y);
    y++;
  }
  const i = 1 / y;
  return (
    (y - 0.5) * Math.log(y) -
    y +
    0.9189385332046727 +
    i * (1 / 12 - i * i * (1 / 360 - (i * i) / 1260)) -
    shift
  );
}
