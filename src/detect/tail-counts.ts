import type { Baseline } from '../baseline/port.ts';
import {
  bucketFrom,
  bucketMiddle,
  HISTOGRAM_BUCKETS,
  LOG_OFFSET_US,
  type SummaryBatch,
} from '../domain/summary.ts';

/** Traces of one window in a component's learned tail. */
export interface InTail {
  readonly traces: number;
  /** Those beyond everything that was learned. */
  readonly beyond: number;
  /** The microseconds that those in the tail took. */
  readonly us: number;
}

const NONE: InTail = { traces: 0, beyond: 0, us: 0 };

/** A trace counts by the part of its values that lie in the tail: the mean over the window's traces is taken. */
export function tailOf(batch: SummaryBatch, row: number, baseline: Baseline | undefined): InTail {
  if (baseline?.tail === undefined || batch.values[row] === 0) return NONE;
  const { offset, beyond = offset } = baseline.tail;
  const far = bucketFrom(baseline.level + beyond);
  let values = 0;
  let farValues = 0;
  let us = 0;
  for (let bucket = bucketFrom(baseline.level + offset); bucket < HISTOGRAM_BUCKETS; bucket++) {
    const count = batch.histogram[row * HISTOGRAM_BUCKETS + bucket];
    if (count === 0) continue;
    values += count;
    if (bucket >= far) farValues += count;
    us += count * (Math.exp(bucketMiddle(bucket)) - LOG_OFFSET_US);
  }
  const aTrace = batch.count[row] / batch.values[row];
  return { traces: values * aTrace, beyond: farValues * aTrace, us: us * aTrace };
}
