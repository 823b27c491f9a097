import { percentile } from '../../scoring/index.ts';
import { durationsByOperation } from '../trace-table.ts';
import { offer, type Rival } from './rival.ts';

/** Fewer spans make no percentile, learned or judged. */
const LEAST_LEARNED = 20;
const LEAST_JUDGED = 5;

/**
 * By operation and minute: the 95th percentile against twice the learned 99th. The judged percentile is the lower one
 * because the 99th of a few dozen spans is their largest: a single slow span would ring.
 */
export const staticThreshold: Rival = {
  name: 'static threshold, 2 x p99',
  windowMs: 60_000,
  fit: (table, learned) => {
    const limits = new Map<number, number>();
    const all = learned.flatMap(({ traces }) => traces);
    for (const [operation, durations] of durationsByOperation(table, all)) {
      if (durations.length >= LEAST_LEARNED) limits.set(operation, 2 * percentile(durations, 0.99));
    }
    return ({ traces }) => {
      const scores = new Map<number, number>();
      for (const [operation, durations] of durationsByOperation(table, traces)) {
        const limit = limits.get(operation);
        if (limit === undefined || limit <= 0 || durations.length < LEAST_JUDGED) continue;
        offer(scores, table.names.serviceOf(operation), percentile(durations, 0.95) / limit);
      }
      return scores;
    };
  },
};
