import type { Baseline } from '../baseline/port.ts';
import type { ComponentTable } from '../domain/component-table.ts';
import { unitOf } from '../domain/component.ts';
import { SCALE_WINDOWS } from '../domain/scales.ts';
import { HISTOGRAM_BUCKETS, type SummaryBatch, WINDOW_MS } from '../domain/summary.ts';
import type { ComponentIds } from './components.ts';
import { GROUP_SIZE, type HistoryRecord, SliceWriter } from './record.ts';
import type { Slice } from './slice-table.ts';

/** A kept window: records by component key. */
export interface HistoryWindow {
  readonly startMs: number;
  readonly records: Map<string, HistoryRecord>;
}

/** Index of the 60 s scale, and its windows. */
const MINUTE_SCALE = 2;
const MINUTE_WINDOWS = SCALE_WINDOWS[MINUTE_SCALE];

/** Standard error of the mean of `count` traces over a window or a minute; NaN without a baseline. */
export function standardErrorOf(
  baseline: Baseline | undefined,
  over: 'window' | 'minute',
  count: number,
): number {
  if (baseline === undefined) return Number.NaN;
  const between = baseline.between[over === 'window' ? 0 : MINUTE_SCALE];
  return baseline.inflation * Math.sqrt(between + baseline.within / count);
}

/** Sealed windows as slices, one a group of components. Its buffers are used again. */
export class WindowEncoder {
  readonly #writers: SliceWriter[] = [];
  readonly #record: HistoryRecord = {
    count: 0,
    mean: 0,
    variance: 0,
    top: 0,
    level: 0,
    standardError: 0,
    minuteError: 0,
    histogram: undefined,
  };
  readonly #table: ComponentTable;
  readonly #baselines: readonly (Baseline | undefined)[];
  readonly #ids: ComponentIds;

  constructor(table: ComponentTable, baselines: readonly (Baseline | undefined)[], ids: ComponentIds) {
    this.#table = table;
    this.#baselines = baselines;
    this.#ids = ids;
  }

  encode(batch: SummaryBatch): Slice[] {
    for (let row = 0; row < batch.length; row++) {
      if (!(batch.count[row] > 0)) continue;
      const id = this.#ids.see(batch.component[row], batch.windowStartMs);
      if (id < 0) continue;
      this.#fill(batch, row);
      (this.#writers[Math.floor(id / GROUP_SIZE)] ??= new SliceWriter()).add(id % GROUP_SIZE, this.#record);
    }
    const slices: Slice[] = [];
    const stretch = batch.windowStartMs / WINDOW_MS;
    this.#writers.forEach((writer, group) => {
      if (!writer.empty) slices.push({ rollUp: 0, group, stretch, bytes: writer.take() });
    });
    return slices;
  }

  #fill(batch: SummaryBatch, row: number): void {
    const component = batch.component[row];
    const baseline = this.#baselines[component];
    const n = batch.count[row];
    const mean = batch.sum[row] / n;
    const record = this.#record;
    record.count = n;
    record.mean = mean;
    record.variance = Math.max(0, batch.sumOfSquares[row] / n - mean * mean);
    record.top = batch.topValue[row];
    record.level = baseline?.level ?? Number.NaN;
    record.standardError = standardErrorOf(baseline, 'window', n);
    record.minuteError = standardErrorOf(baseline, 'minute', n * MINUTE_WINDOWS);
    const from = row * HISTOGRAM_BUCKETS;
    record.histogram =
      unitOf(this.#table.kindOf(component)) === 'us'
        ? batch.histogram.subarray(from, from + HISTOGRAM_BUCKETS)
        : undefined;
  }
}
