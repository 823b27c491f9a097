import type { ComponentTable } from '../domain/component-table.ts';
import { HISTOGRAM_BUCKETS, type SummaryBatch, WINDOW_MS } from '../domain/summary.ts';
import type { Baseline } from './baseline.ts';
import { fitBaseline, LATENCY } from './fit.ts';
import { fitSeason } from './fit-season.ts';
import { HourSums } from './hour-sums.ts';
import { ENOUGH_TRACES, ENOUGH_WINDOWS, type Freeze } from './learner.ts';
import { poolOf } from './pool.ts';
import { type Moment, momentOf, type Season } from './season.ts';
import { Series } from './series.ts';
import { type Stretch, stretchesOf } from './two-ways.ts';

/** Windows kept a component: four weeks of a steady component would be 240,000; a day and a half is kept, the newest. */
const MAX_WINDOWS = 13_000;

/**
 * Learning from a stretch of the past at once (`spanwatch learn`): windows are collected by component, then fitted in
 * two passes, the second one shrunk to the pools that the first one gave. Of whole days their season is taken off first.
 */
export class BatchFit {
  windows = 0;
  readonly #table: ComponentTable;
  readonly #excluded: readonly Freeze[];
  readonly #series: Series[] = [];
  readonly #hours: HourSums[] = [];
  #span: { readonly first: number; readonly last: number } | undefined;
  /** What was fitted, by component: without the season where there is one. */
  #fitted: readonly Series[] = [];

  constructor(table: ComponentTable, excluded: readonly Freeze[]) {
    this.#table = table;
    this.#excluded = excluded;
  }

  observe(batch: SummaryBatch): void {
    const from = batch.windowStartMs;
    if (batch.length === 0 || this.#excluded.some((f) => f.fromMs < from + WINDOW_MS && f.toMs > from))
      return;
    this.windows++;
    const number = from / WINDOW_MS;
    this.#span = {
      first: Math.min(this.#span?.first ?? number, number),
      last: Math.max(this.#span?.last ?? number, number),
    };
    for (let i = 0; i < batch.length; i++) {
      const component = batch.component[i];
      const series = (this.#series[component] ??= new Series());
      series.pushWithTops(
        [number, batch.count[i], batch.sum[i], batch.sumOfSquares[i]],
        batch.values[i],
        topBuckets(batch.histogram, i),
      );
      if (series.length >= MAX_WINDOWS * 1.1) series.keepLast(MAX_WINDOWS);
      if (!LATENCY.has(this.#table.kindOf(component))) continue;
      const hours = (this.#hours[component] ??= new HourSums());
      hours.add(number, batch.count[i], batch.sum[i], batch.sumOfSquares[i]);
    }
  }

  /** Baselines by component number; components with too little are left out. */
  fit(): Map<number, Baseline> {
    const seasons: (Season | undefined)[] = [];
    const enough: Series[] = [];
    const moments = new Moments();
    this.#series.forEach((series, component) => {
      if (series.length < ENOUGH_WINDOWS / 3 || total(series) < ENOUGH_TRACES / 3) return;
      const season = this.#seasonOf(component);
      seasons[component] = season;
      enough[component] = season === undefined ? series : series.without(season, moments.at);
    });
    this.#fitted = enough;
    const first: (Baseline | undefined)[] = [];
    enough.forEach((series, component) => {
      first[component] = fitBaseline(this.#table.kindOf(component), series);
    });
    const pools = poolOf(this.#table, first);
    const fitted = new Map<number, Baseline>();
    enough.forEach((series, component) => {
      const kind = this.#table.kindOf(component);
      const season = seasons[component];
      const baseline = fitBaseline(kind, series, pools.get(kind));
      fitted.set(component, season === undefined ? baseline : { ...baseline, season, inLevel: 0 });
    });
    return fitted;
  }

  /** Once fitted: by component number, the stretches that stand out from the rest of what it was learned from. */
  stretches(): ReadonlyMap<number, readonly Stretch[]> {
    const found = new Map<number, readonly Stretch[]>();
    this.#fitted.forEach((series, component) => {
      const stretches = stretchesOf(this.#table.kindOf(component), series);
      if (stretches.length > 0) found.set(component, stretches);
    });
    return found;
  }

  #seasonOf(component: number): Season | undefined {
    const hours = this.#hours[component] as HourSums | undefined;
    return hours === undefined || this.#span === undefined ? undefined : fitSeason(hours, this.#span);
  }
}

/** Of the windows that are kept, worked out once for all components. */
class Moments {
  readonly #known = new Map<number, Moment>();

  readonly at = (window: number): Moment => {
    let moment = this.#known.get(window);
    if (moment === undefined) this.#known.set(window, (moment = momentOf(window)));
    return moment;
  };
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
