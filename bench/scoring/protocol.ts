import { type Fault, isLabelled } from './faults.ts';

/** [from, to], epoch milliseconds, both ends included. */
export type Interval = readonly [fromMs: number, toMs: number];

const SECOND = 1000;

/** What is left out of learning around a labelled row: its effect, not its recovery. */
export function notLearned({ startMs }: Fault): Interval {
  return [startMs - 15 * SECOND, startMs + 240 * SECOND];
}

/** An opening in here finds the fault. */
export function foundWithin({ startMs }: Fault): Interval {
  return [startMs, startMs + 240 * SECOND];
}

/** A minute whose midpoint lies in here is hurt by the fault. */
export function hurtWithin({ startMs }: Fault): Interval {
  return [startMs, startMs + 180 * SECOND];
}

/**
 * An opening in here is no false alarm: recovery takes until about 390 s after the start, and where the label was not
 * published, the start itself is a guess by the cadence.
 */
export function nearRow(fault: Fault): Interval {
  const { startMs } = fault;
  return isLabelled(fault)
    ? [startMs - 30 * SECOND, startMs + 360 * SECOND]
    : [startMs - 75 * SECOND, startMs + 450 * SECOND];
}

export function holds([fromMs, toMs]: Interval, ms: number): boolean {
  return fromMs <= ms && ms <= toMs;
}

/** Whether two stretches share more than an end. */
export function overlaps(a: Interval, b: Interval): boolean {
  return a[0] < b[1] && b[0] < a[1];
}
