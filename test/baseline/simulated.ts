import type { Baseline } from '../../src/baseline/index.ts';
import { Series } from '../../src/baseline/index.ts';
import { SummaryBatch } from '../../src/domain/summary.ts';
import { createRandom, type Random } from '../../src/runtime/index.ts';

export const START_MS = Date.UTC(2026, 4, 1, 12);

export interface Truth {
  readonly level: number;
  /** Standard deviations: between windows, and within one. */
  readonly between: number;
  readonly within: number;
  /** Mean traces a window. */
  readonly traces: number;
  readonly seed: number;
}

export interface Window {
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
}

/** Standard normal draws (Box and Muller 1958). */
export function normals(random: Random): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Windows of known truth; `shift` adds to the level of a window. */
export function windowsOf(truth: Truth, length: number, shift: (i: number) => number = () => 0): Window[] {
  const random = createRandom(truth.seed);
  const normal = normals(random);
  return Array.from({ length }, (_, i) => {
    const count = Math.max(1, Math.round(truth.traces * (0.5 + random())));
    const mean = truth.level + truth.between * normal() + shift(i);
    let sum = 0;
    let sumOfSquares = 0;
    for (let n = 0; n < count; n++) {
      const value = mean + truth.within * normal();
      sum += value;
      sumOfSquares += value * value;
    }
    return { count, sum, sumOfSquares };
  });
}

export function seriesOf(windows: readonly Window[]): Series {
  const series = new Series();
  windows.forEach(({ count, sum, sumOfSquares }, i) =>
    series.push(START_MS / 10_000 + i, count, sum, sumOfSquares),
  );
  return series;
}

/** Sealed summaries of one component, for whoever learns on line. */
export function batchOf(component: number, number: number, window: Window): SummaryBatch {
  const batch = new SummaryBatch(1);
  batch.windowStartMs = START_MS + number * 10_000;
  batch.sealed = true;
  batch.traces = window.count;
  const row = batch.addRow(component);
  batch.count[row] = batch.values[row] = window.count;
  batch.sum[row] = window.sum;
  batch.sumOfSquares[row] = window.sumOfSquares;
  return batch;
}

/** A window whose traces all have one value, within a spread of `within`. */
export function flat(value: number, count: number, within = 0): Window {
  return { count, sum: value * count, sumOfSquares: count * value * value + (count - 1) * within ** 2 };
}

/** Standard error of a fitted level over this many windows of `truth`. */
export function errorOfLevel(truth: Truth, windows: number): number {
  return Math.sqrt((truth.between ** 2 + truth.within ** 2 / truth.traces) / windows);
}

export function baselineOf(level: number, change: Partial<Baseline> = {}): Baseline {
  return {
    level,
    within: 0.09,
    between: new Float64Array(4).fill(0.01),
    inflation: 1,
    windows: 360,
    values: 10_000,
    ...change,
  };
}
