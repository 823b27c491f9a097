import type { ComponentKind } from '../domain/component.ts';
import { LOG_OFFSET_US } from '../domain/summary.ts';

/**
 * Effect floors: what nobody would notice is no anomaly, however significant. 25% and half a millisecond for latency:
 * below either, no user and no dashboard shows it. One error in a hundred. One call in ten missing, and a tenth of the
 * usual number. More calls are the mix of the traffic sooner than a fault (longer lists, colder caches): half as many
 * again and half a call a request; a call that was never made before, in one request of ten.
 */
const LEAST_RATIO = 1.25;
const LEAST_US = 500;
export const LEAST_ERROR_RATIO = 0.01;
const LEAST_CALLS = 0.1;
const LEAST_MORE_RATIO = 1.5;
const LEAST_MORE_CALLS = 0.5;

/** Latency values are ln(us + LOG_OFFSET_US). */
export function isNoticeable(kind: ComponentKind, observed: number, expected: number): boolean {
  switch (kind) {
    case 'self':
    case 'dependency':
    case 'request':
    case 'response':
    case 'total':
    case 'queue': {
      const observedUs = Math.exp(observed) - LOG_OFFSET_US;
      const expectedUs = Math.exp(expected) - LOG_OFFSET_US;
      return observedUs >= LEAST_RATIO * expectedUs && observedUs - expectedUs >= LEAST_US;
    }
    case 'error':
    case 'outlier':
    case 'shape':
      return observed - expected >= LEAST_ERROR_RATIO;
    case 'calls':
      if (observed < expected) return expected - observed >= LEAST_CALLS && observed <= 0.9 * expected;
      if (expected === 0) return observed >= LEAST_CALLS;
      return observed - expected >= LEAST_MORE_CALLS && observed >= LEAST_MORE_RATIO * expected;
    case 'traffic':
      return false;
  }
}
