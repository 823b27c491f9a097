import type { ComponentKind } from '../domain/component.ts';
import { SCALE_WINDOWS, SCALES } from '../domain/scales.ts';
import { type Baseline, emptyBaseline, standardError } from './baseline.ts';
import { MAD_TO_SIGMA, quantile, trimmedMean, weightedMedian } from './robust.ts';
import type { Series } from './series.ts';
import { fitTail } from './tail.ts';

/** Spreads of the pool of components of one kind, to which those with few windows are shrunk. */
export interface Pool {
  readonly within: number;
  readonly between: Float64Array;
  readonly inflation: number;
}

/** A component's own spread weighs as much as the pool's at this many windows (of the scale at hand). */
const POOL_WINDOWS = 8;
/** Passes of fit, drop what stands out, fit again. */
const PASSES = 3;
/**
 * A window further out than this is dropped from the fit. Heavy-tailed traffic reaches 5 by itself: on a grid of 5 and 7
 * by 1.5 to 3 for MOST_UNMASKED over three captures, 7 found as many faults with fewer false alarms.
 */
const OUTLIER_Z = 7;
/** The inflation that clean heavy-tailed traffic shows; what seems to show more is looked at with this much. */
const MOST_UNMASKED = 1.5;
/** At most this part of a component's windows may be dropped: what is more frequent is a habit. */
const MAX_DROPPED = 0.3;
/** What stands out in more separate episodes than this is a habit too (a batch, a probe), not a fault. */
const MAX_EPISODES = 4;

/**
 * Least variance by kind, so that a component that never varied while learning is not a hair trigger: 3% for latency,
 * and one percentage point for ratios and calls.
 */
export function leastBetween(kind: ComponentKind): number {
  return LATENCY.has(kind) ? 0.03 ** 2 : 0.01 ** 2;
}

export const LATENCY: ReadonlySet<ComponentKind> = new Set([
  'self',
  'dependency',
  'request',
  'response',
  'total',
  'queue',
]);

/**
 * Robust fit of one component: level by Huber's M-estimate over window means, spread inside windows pooled and trimmed,
 * spread between windows by moments at each scale (DerSimonian and Laird 1986, trimmed), what stands out dropped and
 * fitted again. `pool` shrinks the spreads where windows are few; without it the raw estimates come back.
 */
export function fitBaseline(kind: ComponentKind, series: Series, pool?: Pool): Baseline {
  let kept = series;
  let baseline = estimate(kind, kept, pool);
  for (let pass = 1; pass < PASSES; pass++) {
    const dropped = outliers(baseline, series);
    if (dropped.size === 0) break;
    kept = series.filter((i) => !dropped.has(i));
    baseline = estimate(kind, kept, pool);
  }
  if (LATENCY.has(kind)) {
    const tail = fitTail(kept, baseline.level);
    if (tail !== undefined) baseline.tail = tail;
  }
  return baseline;
}

function estimate(kind: ComponentKind, series: Series, pool: Pool | undefined): Baseline {
  const baseline = emptyBaseline();
  baseline.windows = series.length;
  for (let i = 0; i < series.length; i++) baseline.values += series.count[i];
  baseline.within = withinVariance(kind, series, pool);
  baseline.level = weightedMedian(means(series), series.count.subarray(0, series.length));
  for (let round = 0; round < 2; round++) {
    for (let s = 0; s < SCALES; s++)
      baseline.between[s] = betweenVariance(kind, series, { baseline, scale: s, pool });
    baseline.level = huberLevel(series, baseline);
  }
  baseline.inflation = inflation(series, baseline, pool);
  return baseline;
}

function means(series: Series): Float64Array {
  const m = new Float64Array(series.length);
  for (let i = 0; i < series.length; i++) m[i] = series.sum[i] / series.count[i];
  return m;
}

function withinVariance(kind: ComponentKind, series: Series, pool: Pool | undefined): number {
  const variances: number[] = [];
  let values = 0;
  let sum = 0;
  for (let i = 0; i < series.length; i++) {
    const n = series.count[i];
    values += n;
    sum += series.sum[i];
    if (n >= 2) variances.push(Math.max(0, (series.sumOfSquares[i] - series.sum[i] ** 2 / n) / (n - 1)));
  }
  if (kind === 'error' || kind === 'outlier' || kind === 'shape') {
    // Jeffreys' prior: a ratio never seen is not impossible.
    const p = (sum + 0.5) / (values + 1);
    return p * (1 - p);
  }
  const own = variances.length === 0 ? 0 : trimmedMean(variances, 0.05);
  const prior = pool?.within ?? own;
  const shrunk = (variances.length * own + POOL_WINDOWS * prior) / (variances.length + POOL_WINDOWS);
  return Math.max(shrunk, LATENCY.has(kind) ? 1e-4 : 1 / (values + 2));
}

/** Windows further than OUTLIER_Z at any scale, unless they are a habit. */
function outliers(baseline: Baseline, series: Series): Set<number> {
  const out = new Set<number>();
  for (let s = 0; s < SCALES; s++) {
    forEachSum(series, SCALE_WINDOWS[s], (sum, count, from, to) => {
      const z = (sum / count - baseline.level) / unmasked(baseline, s, count);
      if (Math.abs(z) > OUTLIER_Z)
        for (let i = from; i < to; i++) if (standsOut(series, baseline, i)) out.add(i);
    });
  }
  if (out.size > MAX_DROPPED * series.length || episodes(series, out) > MAX_EPISODES) return new Set();
  return out;
}

/**
 * Standard error for finding what stands out: the inflation is estimated from the same windows, so that faults among
 * them would widen it until they no longer stood out (masking).
 */
function unmasked(baseline: Baseline, scale: number, count: number): number {
  return (
    (standardError(baseline, scale, count) / baseline.inflation) * Math.min(baseline.inflation, MOST_UNMASKED)
  );
}

/** Within a sum that stands out, the windows that carry it. */
function standsOut(series: Series, baseline: Baseline, i: number): boolean {
  const z = (series.sum[i] / series.count[i] - baseline.level) / unmasked(baseline, 0, series.count[i]);
  return Math.abs(z) > 1.5;
}

/** Runs of dropped windows with less than five minutes between them are one episode. */
function episodes(series: Series, out: ReadonlySet<number>): number {
  let count = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const i of [...out].sort((a, b) => a - b)) {
    if (series.window[i] - last > 30) count++;
    last = series.window[i];
  }
  return count;
}

function betweenVariance(
  kind: ComponentKind,
  series: Series,
  { baseline, scale, pool }: { baseline: Baseline; scale: number; pool: Pool | undefined },
): number {
  const deviations: number[] = [];
  const sampling: number[] = [];
  forEachSum(series, SCALE_WINDOWS[scale], (sum, count) => {
    deviations.push(Math.abs(sum / count - baseline.level));
    sampling.push(baseline.within / count);
  });
  const independent = deviations.length / SCALE_WINDOWS[scale];
  const spread = deviations.length === 0 ? 0 : (MAD_TO_SIGMA * quantile(deviations, 0.5)) ** 2;
  const own = Math.max(0, spread - (sampling.length === 0 ? 0 : quantile(sampling, 0.5)));
  const prior = pool?.between[scale] ?? own;
  const shrunk = (independent * own + POOL_WINDOWS * prior) / (independent + POOL_WINDOWS);
  return Math.max(shrunk, leastBetween(kind));
}

/** One Huber step (k = 2) from the median, weighted by what each window knows. */
function huberLevel(series: Series, baseline: Baseline): number {
  let weight = 0;
  let sum = 0;
  for (let i = 0; i < series.length; i++) {
    const variance = baseline.between[0] + baseline.within / series.count[i];
    const deviation = series.sum[i] / series.count[i] - baseline.level;
    const limit = 2 * Math.sqrt(variance);
    weight += 1 / variance;
    sum += Math.max(-limit, Math.min(limit, deviation)) / variance;
  }
  return weight === 0 ? baseline.level : baseline.level + sum / weight;
}

/** How much wider than Gaussian the deviations are at their 97.5th percentile, over all scales; shrunk to the pool. */
function inflation(series: Series, baseline: Baseline, pool: Pool | undefined): number {
  const deviations: number[] = [];
  for (let s = 0; s < SCALES; s++) {
    forEachSum(series, SCALE_WINDOWS[s], (sum, count) => {
      deviations.push(
        Math.abs(sum / count - baseline.level) / Math.sqrt(baseline.between[s] + baseline.within / count),
      );
    });
  }
  const own = deviations.length < 20 ? 1 : quantile(deviations, 0.95) / 1.96;
  const prior = pool?.inflation ?? own;
  const independent = series.length / 6;
  return Math.max(1, (independent * own + POOL_WINDOWS * prior) / (independent + POOL_WINDOWS));
}

type SumVisitor = (sum: number, count: number, from: number, to: number) => void;

/** Every sum of up to `windows` neighbouring windows that ends at a window of the series. */
function forEachSum(series: Series, windows: number, visit: SumVisitor): void {
  let from = 0;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < series.length; i++) {
    sum += series.sum[i];
    count += series.count[i];
    while (series.window[from] <= series.window[i] - windows) {
      sum -= series.sum[from];
      count -= series.count[from];
      from++;
    }
    visit(sum, count, from, i + 1);
  }
}
