import { pathToFileURL } from 'node:url';
import { IsolationForest } from 'isolation-forest';
import { fitForest } from '../src/forest/index.ts';
import { createRandom } from '../src/runtime/index.ts';

/** Medians of interleaved rounds in one process on the same rows. */
export interface ForestBench {
  readonly rows: number;
  readonly features: number;
  /** 100 trees, 1024 rows each, depth 8. */
  readonly fitMs: number;
  /** The package's `fit` as it comes: 100 trees, depth 8, each on all rows. */
  readonly packageFitMs: number;
  readonly fitRatio: number;
  readonly scoreRowsPerSecond: number;
  readonly packageScoreRowsPerSecond: number;
  readonly scoreRatio: number;
  /** Areas under the ROC curve for 1 % outliers. */
  readonly auc: number;
  readonly packageAuc: number;
}

const FEATURES = 8;
const OUTLIER_SHARE = 0.01;

/** Fit and score of a forest against the isolation-forest package's own, which takes seconds to fit at 100,000 rows. */
export function benchForest(rounds = 3, rowCount = 100_000): ForestBench {
  const rows = outlyingRows(rowCount);
  const objects = Array.from({ length: rowCount }, (_, row) => objectOf(rows, row));
  const times = {
    fit: [] as number[],
    packageFit: [] as number[],
    score: [] as number[],
    packageScore: [] as number[],
  };
  const scores = new Float64Array(rowCount);
  let packageScores: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const forest = timed(times.fit, () => fitForest({ rows, rowCount, featureCount: FEATURES, seed: round }));
    const theirs = timed(times.packageFit, () => {
      const made = new IsolationForest(100, 256);
      made.fit(objects);
      return made;
    });
    // Each scores twice before it counts: the compiler's top tier comes after the first passes.
    for (let pass = 0; pass < 2; pass++) forest.score(rows, rowCount, scores);
    timed(times.score, () => forest.score(rows, rowCount, scores));
    packageScores = timed(times.packageScore, () => theirs.predict(objects));
  }
  return summarise(times, {
    rowCount,
    auc: areaUnderCurve(scores),
    packageAuc: areaUnderCurve(Float64Array.from(packageScores)),
  });
}

function summarise(
  times: Readonly<Record<'fit' | 'packageFit' | 'score' | 'packageScore', number[]>>,
  found: { readonly rowCount: number; readonly auc: number; readonly packageAuc: number },
): ForestBench {
  const { rowCount, auc, packageAuc } = found;
  const scoreMs = median(times.score);
  const packageScoreMs = median(times.packageScore);
  return {
    rows: rowCount,
    features: FEATURES,
    fitMs: median(times.fit),
    packageFitMs: median(times.packageFit),
    fitRatio: median(times.packageFit) / median(times.fit),
    scoreRowsPerSecond: Math.round((rowCount / scoreMs) * 1000),
    packageScoreRowsPerSecond: Math.round((rowCount / packageScoreMs) * 1000),
    scoreRatio: packageScoreMs / scoreMs,
    auc,
    packageAuc,
  };
}

/** Standard normal rows; in the last hundredth each feature is shifted by 3 with an even chance. */
function outlyingRows(rowCount: number): Float64Array {
  const random = createRandom(11);
  const firstOutlier = Math.round(rowCount * (1 - OUTLIER_SHARE)) * FEATURES;
  return Float64Array.from({ length: rowCount * FEATURES }, (_, i) => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return i >= firstOutlier && random() < 0.5 ? normal + 3 : normal;
  });
}

/** A literal, so that the package gets objects of one shape: those of `Object.fromEntries` take it five times as long. */
function objectOf(rows: Float64Array, row: number): Record<string, number> {
  const [f0, f1, f2, f3, f4, f5, f6, f7] = rows.subarray(row * FEATURES, (row + 1) * FEATURES);
  return { f0, f1, f2, f3, f4, f5, f6, f7 };
}

/** By ranks (Mann and Whitney); scores of doubles hardly tie. */
function areaUnderCurve(scores: Float64Array): number {
  const firstOutlier = Math.round(scores.length * (1 - OUTLIER_SHARE));
  const outliers = scores.length - firstOutlier;
  const order = Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b]);
  const rankSum = order.reduce((sum, row, rank) => (row >= firstOutlier ? sum + rank + 1 : sum), 0);
  return (rankSum - (outliers * (outliers + 1)) / 2) / (firstOutlier * outliers);
}

function timed<T>(times: number[], work: () => T): T {
  const startMs = performance.now();
  const result = work();
  times.push(performance.now() - startMs);
  return result;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(`${JSON.stringify(benchForest(), null, 2)}\n`);
