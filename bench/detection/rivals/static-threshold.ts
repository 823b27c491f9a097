import { percentile } from '../../scoring/index.ts';
import { durationsByOperation } from '../trace-table.ts';
import { offer, type Rival } from './rival.ts';

/** Of fewer spans the 95th percentile is the largest: one slow span would ring. */
const LEAST_SPANS = 20;

/**
 * By operation and minute: the 95th percentile against twice the learned 99th. Tried on onlineboutique-0822 and
 * nezha-tt-0129, this served it better than the judged 50th, 90th or 99th, and than fewer spans.
 */
export const staticThreshold: Rival = {
  name: 'static threshold, 2 x p99',
  windowMs: 60_000,
  fit: (table, learned) => {
    const limits = new Map<number, number>();
    const all = learned.flatMap(({ traces }) => traces);
    for (const [operation, durations] of durationsByOperation(table, all)) {
      if (durations.length >= LEAST_SPANS) limits.set(operation, 2 * percentile(durations, 0.99));
    }
    return ({ traces }) => {
      const scores = new Map<number, number>();
      for (const [operation, durations] of durationsByOperation(table, traces)) {
        const limit = limits.get(operation);
        if (limit === undefined || limit <= 0 || durations.length < LEAST_SPANS) continue;
        offer(scores, table.names.serviceOf(operation), percentile(durations, 0.95) / limit);
      }
      return scores;
    };
  },
};
