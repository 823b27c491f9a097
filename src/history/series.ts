import { type ComponentKind, type ComponentUnit, unitOf } from '../domain/component.ts';
import { bucketMiddle, usOf } from '../domain/summary.ts';
import type { ComponentSeries, SeriesPoint, SeriesQuery } from './port.ts';
import { GROUP_SIZE, type HistoryRecord, readSlice } from './record.ts';
import { RecordSum, ROLL_UPS_MS } from './roll-up.ts';
import type { SliceTable } from './slice-table.ts';

/** More points than any screen has. */
const MOST_POINTS = 2000;

/**
 * A component's points in [fromMs, toMs), from the finest roll-up that reaches back to `fromMs` and has at most
 * `maxPoints` stretches there; several stretches make a point when even hours are too many. What is not rolled up yet is
 * taken from the finer ones, so that a chart ends now.
 */
export function seriesOf(
  slices: SliceTable,
  { id, kind, newestMs }: { id: number; kind: ComponentKind; newestMs: number },
  query: SeriesQuery,
): ComponentSeries {
  const group = Math.floor(id / GROUP_SIZE);
  const slot = id % GROUP_SIZE;
  const fromMs = Math.max(query.fromMs, oldestMs(slices, group));
  const toMs = Math.max(fromMs, Math.min(query.toMs, newestMs));
  const most = Math.max(1, Math.min(MOST_POINTS, query.maxPoints));
  const rollUp = finestThatFits(slices, group, { fromMs, toMs, most });
  const base = ROLL_UPS_MS[rollUp];
  const widthMs = base * Math.max(1, Math.ceil(Math.ceil((toMs - fromMs) / base) / most));
  const sums = new Map<number, RecordSum>();
  let readToMs = fromMs;
  for (let r = rollUp; r >= 0; r--) {
    const width = ROLL_UPS_MS[r];
    const range = { from: Math.floor(readToMs / width), to: Math.ceil(toMs / width) };
    slices.read({ rollUp: r, group, ...range }, (stretch, bytes) => {
      const atMs = stretch * width;
      const place = Math.floor(atMs / widthMs);
      readToMs = Math.max(readToMs, atMs + width);
      readSlice(
        bytes,
        (_, record) => {
          let sum = sums.get(place);
          if (sum === undefined) sums.set(place, (sum = new RecordSum()));
          sum.add(record);
        },
        slot,
      );
    });
  }
  const points = [...sums]
    .sort(([a], [b]) => a - b)
    .map(([place, sum]) => pointOf(kind, { atMs: place * widthMs, widthMs }, sum.record()));
  return { component: query.component, kind, unit: unitOf(kind), widthMs, points };
}

/** Index of the finest roll-up with at most `most` stretches that reaches back to `fromMs`, or as far as anything kept. */
function finestThatFits(
  slices: SliceTable,
  group: number,
  { fromMs, toMs, most }: { fromMs: number; toMs: number; most: number },
): number {
  const firsts = firstStretches(slices, group);
  const fits = ROLL_UPS_MS.findIndex((widthMs, r) => {
    const startMs = firsts[r] * widthMs;
    // A coarser stretch begins before the data in it does.
    const asFarAsAny = ROLL_UPS_MS.every((wide, c) => c <= r || startMs < (firsts[c] + 1) * wide);
    return Math.ceil((toMs - fromMs) / widthMs) <= most && (startMs <= fromMs || asFarAsAny);
  });
  return fits < 0 ? ROLL_UPS_MS.length - 1 : fits;
}

function firstStretches(slices: SliceTable, group: number): number[] {
  return ROLL_UPS_MS.map((_, rollUp) => slices.bounds(rollUp, group)?.first ?? Number.POSITIVE_INFINITY);
}

/** Start of the oldest stretch kept; 0 when there is none. */
function oldestMs(slices: SliceTable, group: number): number {
  const oldest = Math.min(...firstStretches(slices, group).map((first, r) => first * ROLL_UPS_MS[r]));
  return Number.isFinite(oldest) ? oldest : 0;
}

function pointOf(
  kind: ComponentKind,
  { atMs, widthMs }: { atMs: number; widthMs: number },
  record: HistoryRecord,
): SeriesPoint {
  const { observed, band } = inUnit(kind, {
    mean: record.mean,
    level: Number.isNaN(record.level) ? undefined : record.level,
    error: record.standardError,
  });
  const { histogram } = record;
  const quantiles =
    histogram === undefined ? {} : { p50: quantileUs(histogram, 0.5), p99: quantileUs(histogram, 0.99) };
  return { atMs, widthMs, count: record.count, mean: observed, ...quantiles, ...band };
}

interface Shown {
  readonly unit: ComponentUnit;
  readonly observed: number;
  /** Empty while learning. */
  readonly band: { readonly expected: number; readonly low: number; readonly high: number } | object;
}

/** A mean and its baseline in the component's unit, with the band of two standard errors. */
export function inUnit(
  kind: ComponentKind,
  { mean, level, error }: { mean: number; level: number | undefined; error: number },
): Shown {
  const unit = unitOf(kind);
  const shown = (value: number): number => {
    if (unit === 'us') return usOf(value);
    return Math.max(0, unit === 'ratio' ? Math.min(1, value) : value);
  };
  const observed = shown(mean);
  if (level === undefined) return { unit, observed, band: {} };
  const band = {
    expected: shown(level),
    low: shown(level - 2 * error),
    high: shown(level + 2 * error),
  };
  return { unit, observed, band };
}

/** Within half a bucket, 9%. */
function quantileUs(histogram: Uint32Array, q: number): number {
  let total = 0;
  for (const count of histogram) total += count;
  let reached = 0;
  for (let bucket = 0; bucket < histogram.length; bucket++) {
    reached += histogram[bucket];
    if (reached > 0 && reached >= q * total) return usOf(bucketMiddle(bucket));
  }
  return 0;
}
