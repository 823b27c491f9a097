import { durationsByOperation } from '../trace-table.ts';
import { mean, offer, type Rival } from './rival.ts';

/** Fewer learned windows say nothing of a spread. */
const LEAST_WINDOWS = 10;

/** By operation and 10 s: the mean duration against the learned mean of such means, in three of their standard deviations. */
export const threeSigma: Rival = {
  name: '3-sigma, mean duration',
  windowMs: 10_000,
  fit: (table, learned) => {
    const means = new Map<number, number[]>();
    for (const { traces } of learned) {
      for (const [operation, durations] of durationsByOperation(table, traces)) {
        const known = means.get(operation);
        if (known === undefined) means.set(operation, [mean(durations)]);
        else known.push(mean(durations));
      }
    }
    const usual = new Map<number, { readonly level: number; readonly sigma: number }>();
    for (const [operation, levels] of means) {
      if (levels.length < LEAST_WINDOWS) continue;
      const level = mean(levels);
      const variance = levels.reduce((sum, one) => sum + (one - level) ** 2, 0) / (levels.length - 1);
      if (variance > 0) usual.set(operation, { level, sigma: Math.sqrt(variance) });
    }
    return ({ traces }) => {
      const scores = new Map<number, number>();
      for (const [operation, durations] of durationsByOperation(table, traces)) {
        const known = usual.get(operation);
        if (known === undefined) continue;
        const score = (mean(durations) - known.level) / (3 * known.sigma);
        offer(scores, table.names.serviceOf(operation), score);
      }
      return scores;
    };
  },
};
