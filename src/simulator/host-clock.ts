import type { NodeSpec } from './topology.ts';

/** How far a host's clock is ahead after so many seconds, microseconds: its skew, and a drift that goes to and fro. */
export function hostClockUs({ skewUs, drift }: NodeSpec, second: number): number {
  if (drift === undefined || drift.mostUs <= 0) return skewUs;
  const phase = (drift.ppm * second) % (2 * drift.mostUs);
  return skewUs + Math.min(phase, 2 * drift.mostUs - phase);
}
