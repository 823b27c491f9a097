import { type ComponentKind, unitOf } from './component.ts';
import { LOG_OFFSET_US } from './summary.ts';

/** What people said is nothing to wake anybody for: smaller effects of this component in this direction are calm. */
export interface EffectFloor {
  /** Key by the component grammar. */
  readonly component: string;
  readonly direction: 'up' | 'down';
  /** In the terms of `effectOf`. */
  readonly least: number;
}

/** What was seen is exceeded by chance a little: the same again, up to a quarter more, is still the same. */
const MARGIN = 1.25;
/** No feedback hides more than: 30 times as slow, half of all failing, nine of ten calls missing, 30 times as many. */
const MOST_LATENCY = Math.log(30);
const MOST_RATIO = 0.5;
const MOST_CALLS = 0.9;
const MOST_MORE_CALLS = 30;
/** Of a call that is hardly ever made, one more in ten requests is as much again: it cannot be a part of nothing. */
const LEAST_USUAL = 0.1;
/** Ratios of small counts jump by a trace or two. */
const RATIO_SLACK = 0.01;

/**
 * The size of a change in the terms that floors are kept in: ln of the factor for latency, difference for ratios, part of the usual
 * number for calls. In native units: microseconds, ratio, count; never negative.
 */
export function effectOf(kind: ComponentKind, observed: number, expected: number): number {
  switch (unitOf(kind)) {
    case 'us':
      return Math.abs(Math.log((observed + LOG_OFFSET_US) / (expected + LOG_OFFSET_US)));
    case 'ratio':
      return Math.abs(observed - expected);
    case 'count':
      return Math.abs(observed - expected) / Math.max(expected, LEAST_USUAL);
  }
}

/** The floor that makes what was seen calm, and lets a clearly larger effect through. */
export function floorFor(kind: ComponentKind, effect: number): number {
  switch (unitOf(kind)) {
    case 'us':
      return Math.min(MOST_LATENCY, effect + Math.log(MARGIN));
    case 'ratio':
      return Math.min(MOST_RATIO, effect * MARGIN + RATIO_SLACK);
    case 'count':
      // More than all of the calls can be gained, not lost.
      return Math.min(effect > 1 ? MOST_MORE_CALLS : MOST_CALLS, effect * MARGIN);
  }
}
