import type { Baseline } from '../baseline/port.ts';
import { LONGEST_SCALE, SCALES } from '../domain/scales.ts';
import type { RingParts } from './window-ring.ts';

/**
 * How little is known of the level itself: its mean over as many stretches of the longest scale as were learned (shorter
 * ones depend on each other). After an hour a thirtieth of the variance, after ten windows more than all of it: what is
 * young is weaker evidence by arithmetic.
 */
export function levelVariance({ between, within, windows, values }: Baseline): number {
  return (between[SCALES - 1] * LONGEST_SCALE) / Math.max(1, windows) + within / Math.max(1, values);
}

/**
 * What one trace says where there are more of them than while learning: that so many are independent of each other was
 * never seen (a surge asks for the same things), so that all together say no more than in a usual window.
 */
export function witnessWeight({ values, windows }: Baseline, { length, count }: RingParts): number {
  let traces = 0;
  for (let i = 0; i < length; i++) traces += count[i];
  return Math.min(1, (values * length) / Math.max(1, windows * traces));
}
