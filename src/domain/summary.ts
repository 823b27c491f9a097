import { cellsState, PlaceCells, type PlaceCellsState } from './place-cells.ts';
import { widened } from './widened.ts';

/** Microseconds added before the logarithm: differences below it are nobody's concern, and it tames clock jitter. */
export const LOG_OFFSET_US = 100;

/** The microseconds of a latency as it is measured, ln(us + LOG_OFFSET_US); never below 0. */
export function usOf(value: number): number {
  return Math.max(0, Math.exp(value) - LOG_OFFSET_US);
}

/** Windows are this long, aligned to the epoch. */
export const WINDOW_MS = 10_000;

/** Histogram of ln(us + LOG_OFFSET_US): four buckets an octave from 100 us on (a bucket spans 19%), up to 2.6 days. */
export const HISTOGRAM_BUCKETS = 128;
const BUCKETS_PER_NEPER = 4 / Math.LN2;
const LOWEST = Math.log(LOG_OFFSET_US);

export function histogramBucket(value: number): number {
  const bucket = ((value - LOWEST) * BUCKETS_PER_NEPER) | 0;
  return bucket < 0 ? 0 : bucket > HISTOGRAM_BUCKETS - 1 ? HISTOGRAM_BUCKETS - 1 : bucket;
}

/** Where a bucket begins, as ln(us + LOG_OFFSET_US). */
export function bucketFloor(bucket: number): number {
  return LOWEST + bucket / BUCKETS_PER_NEPER;
}

/** The first bucket that lies at or above a value. */
export function bucketFrom(value: number): number {
  const bucket = Math.ceil((value - LOWEST) * BUCKETS_PER_NEPER - 1e-6);
  return bucket < 0 ? 0 : bucket > HISTOGRAM_BUCKETS ? HISTOGRAM_BUCKETS : bucket;
}

/** The middle of a bucket, as ln(us + LOG_OFFSET_US). */
export function bucketMiddle(bucket: number): number {
  return LOWEST + (bucket + 0.5) / BUCKETS_PER_NEPER;
}

/**
 * Mergeable statistics by component of one window, as columns. The unit is the TRACE: what one trace says of a component
 * (the mean over its values) counts once, because the values of one trace are not independent of each other. For latency
 * the value is y = ln(us + LOG_OFFSET_US), for ratios 0 to 1, for calls the children a parent. The `top*` columns are the
 * ONE trace with the largest value, so that evidence can be taken without it and stays mergeable. Merging is commutative
 * and associative; the empty batch is its zero. A newer generation of (shard, window) REPLACES the older one.
 */
export class SummaryBatch {
  shard = 0;
  generation = 0;
  windowStartMs = 0;
  /** No more will come for this window from this shard. */
  sealed = false;
  /** Traces that it rests on. */
  traces = 0;
  /** Spans were lost on their way, so that it was emptied: no calm, and no evidence. */
  lossy = false;
  length = 0;
  component: Int32Array;
  /** Traces that said something of the component. */
  count: Float64Array;
  /** Values that they said it with: spans, calls. */
  values: Float64Array;
  sum: Float64Array;
  sumOfSquares: Float64Array;
  topValue: Float64Array;
  /** Four id words a row. */
  topTrace: Int32Array;
  /** HISTOGRAM_BUCKETS counts of values a row; zeros for kinds that are not latency. */
  histogram: Uint32Array;
  /** The same by place. */
  cells = new PlaceCells();

  constructor(capacity = 256) {
    this.component = new Int32Array(capacity);
    this.count = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
    this.sum = new Float64Array(capacity);
    this.sumOfSquares = new Float64Array(capacity);
    this.topValue = new Float64Array(capacity);
    this.topTrace = new Int32Array(capacity * 4);
    this.histogram = new Uint32Array(capacity * HISTOGRAM_BUCKETS);
  }

  /** Spans of it were lost in numbers: it says nothing. */
  empty(): void {
    this.lossy = true;
    this.traces = this.length = 0;
  }

  /** A new empty row for `component`; the caller sees to it that there is none yet. */
  addRow(component: number): number {
    const row = this.length++;
    if (row === this.component.length) this.#grow(row * 2);
    this.component[row] = component;
    this.topValue[row] = Number.NEGATIVE_INFINITY;
    return row;
  }

  #grow(capacity: number): void {
    this.component = widened(this.component, capacity);
    this.count = widened(this.count, capacity);
    this.values = widened(this.values, capacity);
    this.sum = widened(this.sum, capacity);
    this.sumOfSquares = widened(this.sumOfSquares, capacity);
    this.topValue = widened(this.topValue, capacity);
    this.topTrace = widened(this.topTrace, capacity * 4);
    this.histogram = widened(this.histogram, capacity * HISTOGRAM_BUCKETS);
  }
}

export type SummaryState = Readonly<
  Pick<SummaryBatch, 'shard' | 'generation' | 'windowStartMs' | 'sealed' | 'traces'> &
    Pick<SummaryBatch, 'component' | 'count' | 'values' | 'sum' | 'sumOfSquares' | 'topValue' | 'topTrace'> &
    Pick<SummaryBatch, 'histogram'>
> & {
  /** Absent in what older versions stored. */
  readonly cells?: PlaceCellsState;
};

/** A batch as plain data; borrows its columns. */
export function summaryState(batch: SummaryBatch): SummaryState {
  const { shard, generation, windowStartMs, sealed, traces, length: n } = batch;
  return {
    ...{ shard, generation, windowStartMs, sealed, traces },
    component: batch.component.subarray(0, n),
    count: batch.count.subarray(0, n),
    values: batch.values.subarray(0, n),
    sum: batch.sum.subarray(0, n),
    sumOfSquares: batch.sumOfSquares.subarray(0, n),
    topValue: batch.topValue.subarray(0, n),
    topTrace: batch.topTrace.subarray(0, n * 4),
    histogram: batch.histogram.subarray(0, n * HISTOGRAM_BUCKETS),
    ...(batch.cells.length > 0 && { cells: cellsState(batch.cells) }),
  };
}

/** A batch of its own with what `state` says. */
export function summaryFrom(state: SummaryState): SummaryBatch {
  const batch = new SummaryBatch(Math.max(1, state.component.length));
  const { shard, generation, windowStartMs, sealed, traces } = state;
  Object.assign(batch, { shard, generation, windowStartMs, sealed, traces, length: state.component.length });
  batch.component.set(state.component);
  batch.count.set(state.count);
  batch.values.set(state.values);
  batch.sum.set(state.sum);
  batch.sumOfSquares.set(state.sumOfSquares);
  batch.topValue.set(state.topValue);
  batch.topTrace.set(state.topTrace);
  batch.histogram.set(state.histogram);
  if (state.cells !== undefined) batch.cells = PlaceCells.from(state.cells);
  return batch;
}

/** Keeps the larger value's trace; equal values are settled by the trace id, so that order does not matter. Whether it is this one. */
export function offerTop(
  batch: SummaryBatch,
  row: number,
  top: { value: number; ids: Int32Array; at: number },
): boolean {
  const known = batch.topValue[row];
  if (top.value < known) return false;
  if (top.value === known && compareIds(top, batch.topTrace, row * 4) <= 0) return false;
  batch.topValue[row] = top.value;
  for (let w = 0; w < 4; w++) batch.topTrace[row * 4 + w] = top.ids[top.at + w];
  return true;
}

function compareIds(top: { ids: Int32Array; at: number }, ids: Int32Array, at: number): number {
  for (let w = 0; w < 4; w++) {
    const difference = (top.ids[top.at + w] >>> 0) - (ids[at + w] >>> 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
