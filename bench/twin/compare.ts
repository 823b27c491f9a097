import type { ComponentTable } from '../../src/domain/component-table.ts';
import type { ComponentKind } from '../../src/domain/component.ts';
import type { SummaryBatch } from '../../src/domain/summary.ts';

/** What windows say of each component, a number a window. */
export const STATISTICS = ['count', 'mean', 'meanOfSquares'] as const;
export type Statistic = (typeof STATISTICS)[number];
export type WindowSeries = ReadonlyMap<number, Readonly<Record<Statistic, readonly number[]>>>;

/** Kinds that are not judged, or that both sides lack. */
const LEFT_OUT: readonly ComponentKind[] = ['outlier', 'shape'];
/** Components seen in fewer windows say too little of a distribution. */
const LEAST_WINDOWS = 60;

/** Collects the windows of one side. */
export function seriesOf(windows: Iterable<SummaryBatch>): WindowSeries {
  const series = new Map<number, Record<Statistic, number[]>>();
  for (const batch of windows)
    for (let i = 0; i < batch.length; i++) {
      let of = series.get(batch.component[i]);
      if (of === undefined) series.set(batch.component[i], (of = { count: [], mean: [], meanOfSquares: [] }));
      of.count.push(batch.count[i]);
      of.mean.push(batch.sum[i] / batch.count[i]);
      of.meanOfSquares.push(batch.sumOfSquares[i] / batch.count[i]);
    }
  return series;
}

/**
 * Two-sample Kolmogorov-Smirnov statistics by component kind: each component's values are standardised by the pooled mean
 * and standard deviation of both sides, then pooled over the components of a kind. By `kind statistic`.
 */
export function distances(
  table: ComponentTable,
  one: WindowSeries,
  other: WindowSeries,
): Map<string, number> {
  const pooled = new Map<string, [number[], number[]]>();
  for (const [component, a] of one) {
    const b = other.get(component);
    const kind = table.kindOf(component);
    if (b === undefined || LEFT_OUT.includes(kind)) continue;
    if (Math.min(a.count.length, b.count.length) < LEAST_WINDOWS) continue;
    for (const statistic of STATISTICS) {
      const key = `${kind} ${statistic}`;
      let sides = pooled.get(key);
      if (sides === undefined) pooled.set(key, (sides = [[], []]));
      const scale = scaleOf([...a[statistic], ...b[statistic]]);
      for (const value of a[statistic]) sides[0].push(scale(value));
      for (const value of b[statistic]) sides[1].push(scale(value));
    }
  }
  return new Map([...pooled].map(([key, [a, b]]) => [key, kolmogorovSmirnov(a, b)]));
}

function scaleOf(values: readonly number[]): (value: number) => number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  // What never varies is equal on both sides or not at all.
  const deviation = Math.sqrt(variance) || 1;
  // Rounded, so that equal values stay equal whatever the order of sums.
  return (value) => Math.round(((value - mean) / deviation) * 1e6) / 1e6;
}

/** The largest distance between the empirical distribution functions (Smirnov 1948). */
export function kolmogorovSmirnov(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [a, b].map((values) => Float64Array.from(values).sort());
  let i = 0;
  let j = 0;
  let most = 0;
  while (i < x.length && j < y.length) {
    const at = Math.min(x[i], y[j]);
    while (i < x.length && x[i] <= at) i++;
    while (j < y.length && y[j] <= at) j++;
    most = Math.max(most, Math.abs(i / x.length - j / y.length));
  }
  return most;
}
