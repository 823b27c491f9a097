import type { ComponentTable } from '../domain/component-table.ts';
import { HISTOGRAM_BUCKETS, type SummaryBatch, WINDOW_MS } from '../domain/summary.ts';
import type { Baseline } from './baseline.ts';
import { fitBaseline } from './fit.ts';
import { ENOUGH_TRACES, ENOUGH_WINDOWS, type Freeze } from './learner.ts';
import { poolOf } from './pool.ts';
import { Series } from './series.ts';

/** Windows kept a component: four weeks of a steady component would be 240,000; a day and a half is kept, the newest. */
const MAX_WINDOWS = 13_000;

/**
 * Learning from a stretch of the past at once (`spanwatch learn`): windows are collected by component, then fitted in
 * two passes, the second one shrunk to the pools that the first one gave.
 */
export class BatchFit {
  windows = 0;
  readonly #table: ComponentTable;
  readonly #excluded: readonly Freeze[];
  readonly #series: Series[] = [];

  constructor(table: ComponentTable, excluded: readonly Freeze[]) {
    this.#table = table;
    this.#excluded = excluded;
  }

  observe(batch: SummaryBatch): void {
    const from = batch.windowStartMs;
    if (batch.length === 0 || this.#excluded.some((f) => f.fromMs < from + WINDOW_MS && f.toMs > from))
      return;
    this.windows++;
    for (let i = 0; i < batch.length; i++) {
      const component = batch.component[i];
      const series = (this.#series[component] ??= new Series());
      series.pushWithTops(
        [from / WINDOW_MS, batch.count[i], batch.sum[i], batch.sumOfSquares[i]],
        batch.values[i],
        topBuckets(batch.histogram, i),
      );
      if (series.length >= MAX_WINDOWS * 1.1) series.keepLast(MAX_WINDOWS);
    }
  }

  /** Baselines by component number; components with too little are left out. */
  fit(): Map<number, Baseline> {
    const enough = (series: Series | undefined): series is Series =>
      series !== undefined && series.length >= ENOUGH_WINDOWS / 3 && total(series) >= ENOUGH_TRACES / 3;
    const first = Array.from(this.#series, (series, component) =>
      enough(series) ? fitBaseline(this.#table.kindOf(component), series) : undefined,
    );
    const pools = poolOf(this.#table, first);
    const fitted = new Map<number, Baseline>();
    this.#series.forEach((series, component) => {
      if (!enough(series)) return;
      const kind = this.#table.kindOf(component);
      fitted.set(component, fitBaseline(kind, series, pools.get(kind)));
    });
    return fitted;
  }
}

/** A window's highest buckets are enough for a tail of one value in a thousand. */
const MOST_TOPS = 8;

function topBuckets(histogram: Uint32Array, row: number): Uint32Array {
  const tops: number[] = [];
  for (let bucket = HISTOGRAM_BUCKETS - 1; bucket >= 0 && tops.length < MOST_TOPS; bucket--) {
    const count = histogram[row * HISTOGRAM_BUCKETS + bucket];
    if (count > 0) tops.push(((bucket << 24) | Math.min(count, 0xff_ffff)) >>> 0);
  }
  return Uint32Array.from(tops);
}

function total(series: Series): number {
  let traces = 0;
  for (let i = 0; i < series.length; i++) traces += series.count[i];
  return traces;
}
