import { OUTLIER_QUANTILE, STRENGTH_QUANTILE, LEAST_TRACES, type EntryForest } from './trace-scorer.ts';
import type { EntrySample, RecentFeatures } from './recent-features.ts';
import { fitForestInWorker } from './fit-in-worker.ts';
import { TRACE_FEATURES } from './trace-features.ts';

const WIDTH = TRACE_FEATURES.length;
/** Index of "span count against the usual". */
const SPANS = 5;

/**
 * Fits a forest for each entry operation with enough recent traces, one worker thread at a time; entries with too few keep what they
 * have. `isCovered` says which moments (epoch ms) an incident covers: their traces are left out. Rejects with the first failure, and
 * then nothing has changed.
 */
export async function refitForests(
  recent: RecentFeatures,
  { seed, isCovered }: { seed: number; isCovered: (endMs: number) => boolean },
): Promise<Map<number, EntryForest>> {
  const forests = new Map<number, EntryForest>();
  for (const [operation, sample] of recent.entries) {
    const clean = cleanRows(sample, isCovered);
    if (clean.length < LEAST_TRACES) continue;
    forests.set(operation, await refit(sample, clean, seed + operation));
  }
  return forests;
}

function cleanRows(sample: EntrySample, isCovered: (endMs: number) => boolean): number[] {
  const rows: number[] = [];
  for (let row = 0; row < sample.length; row++) if (!isCovered(sample.endMs[row])) rows.push(row);
  return rows;
}

async function refit(sample: EntrySample, clean: readonly number[], seed: number): Promise<EntryForest> {
  const usualLogSpans =
    clean.reduce((sum, row) => sum + sample.features[row * WIDTH + SPANS], 0) / clean.length;
  // Copied first: the sample goes on while the thread works.
  const rows = new Float64Array(clean.length * WIDTH);
  clean.forEach((row, i) => {
    rows.set(sample.features.subarray(row * WIDTH, (row + 1) * WIDTH), i * WIDTH);
    rows[i * WIDTH + SPANS] = Math.round((rows[i * WIDTH + SPANS] - usualLogSpans) * 100) / 100;
  });
  const strengths = Float64Array.from(clean, (row) => sample.strength[row]).sort();
  const options = { rows, rowCount: clean.length, featureCount: WIDTH, seed };
  const forest = await fitForestInWorker(options);
  const scores = new Float64Array(clean.length);
  forest.score(rows, clean.length, scores);
  return {
    forest,
    usualLogSpans,
    threshold: scores.sort()[Math.floor(OUTLIER_QUANTILE * (clean.length - 1))],
    usualStrength: strengths[Math.floor(STRENGTH_QUANTILE * (clean.length - 1))],
  };
}
