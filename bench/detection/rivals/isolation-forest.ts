import { fitForest } from '../../../src/forest/index.ts';
import { percentile } from '../../scoring/index.ts';
import type { TraceTable } from '../trace-table.ts';
import { mean, offer, type Rival } from './rival.ts';

const FEATURES = 4;
/** Contamination of 1%, as tutorials set it. */
const NORMAL_SHARE = 0.99;

/**
 * By 60 s: the share of traces that a forest over all traces finds odd, against the 99th percentile of that share in the
 * learned windows. A service scores by how much longer than usual its spans in the odd traces are.
 */
export const rawForest: Rival = {
  name: 'isolation forest, raw features',
  windowMs: 60_000,
  fit: (table, learned, seed) => {
    const all = learned.flatMap(({ traces }) => traces);
    const rows = featuresOf(table, all);
    const forest = fitForest({ rows, rowCount: all.length, featureCount: FEATURES, seed });
    const scoresOf = (traces: readonly number[]): Float64Array => {
      const out = new Float64Array(traces.length);
      forest.score(featuresOf(table, traces), traces.length, out);
      return out;
    };
    const oddFrom = percentile([...scoresOf(all)], NORMAL_SHARE);
    const oddOf = (traces: readonly number[]): number[] => {
      const scores = scoresOf(traces);
      return traces.filter((_, i) => scores[i] > oddFrom);
    };
    const shares = learned.map(({ traces }) => oddOf(traces).length / traces.length);
    const usualShare = Math.max(percentile(shares, NORMAL_SHARE), 1 - NORMAL_SHARE);
    const usual = slownessOf(table, all);
    return ({ traces }) => {
      const odd = oddOf(traces);
      return blame(slownessOf(table, odd), usual, odd.length / traces.length / usualShare);
    };
  },
};

function featuresOf(table: TraceTable, traces: readonly number[]): Float64Array {
  const rows = new Float64Array(traces.length * FEATURES);
  traces.forEach((t, i) => {
    rows.set([table.durationMs[t], table.spanCount(t), table.errors[t], table.status[t]], i * FEATURES);
  });
  return rows;
}

/** Mean span duration by service, milliseconds. */
function slownessOf(table: TraceTable, traces: readonly number[]): Map<number, number> {
  const durations = new Map<number, number[]>();
  for (const t of traces) {
    for (let s = table.spanFrom[t]; s < table.spanFrom[t + 1]; s++) {
      const service = table.names.serviceOf(table.operation[s]);
      const known = durations.get(service);
      if (known === undefined) durations.set(service, [table.spanMs[s]]);
      else known.push(table.spanMs[s]);
    }
  }
  return new Map([...durations].map(([service, values]) => [service, mean(values)]));
}

/** The window's score goes to the service that is slowest against its usual; the others get less, in order. */
function blame(
  slowness: ReadonlyMap<number, number>,
  usual: ReadonlyMap<number, number>,
  score: number,
): Map<number, number> {
  const ratios = [...slowness].map(([service, ms]) => ({
    service,
    ratio: ms / Math.max(usual.get(service) ?? 0, 1e-3),
  }));
  const largest = Math.max(...ratios.map(({ ratio }) => ratio));
  const scores = new Map<number, number>();
  for (const { service, ratio } of ratios) offer(scores, service, (score * ratio) / largest);
  return scores;
}
