import { fitForest } from '../../../src/forest/index.ts';
import { areaUnderCurve, type Confusion, confusionOf } from './scores.ts';

/** Contamination of 1%, as tutorials set it. */
const NORMAL_SHARE = 0.99;

export interface Score extends Confusion {
  readonly auc: number;
}

/** The rival: an isolation forest of the paper's settings over raw numbers, one row a trace, cut at its training's 99th percentile. */
export function rawForestScore(
  training: readonly Float64Array[],
  judged: readonly Float64Array[],
  isAbnormal: (row: number) => boolean,
): Score {
  const featureCount = training[0].length;
  const rows = flat(training);
  const forest = fitForest({
    ...{ rows, rowCount: training.length, featureCount, trees: 100, sampleSize: 256, maxDepth: 8, seed: 1 },
  });
  const usual = new Float64Array(training.length);
  forest.score(rows, training.length, usual);
  const cut = usual.sort()[Math.floor(NORMAL_SHARE * (training.length - 1))];
  const scores = new Float64Array(judged.length);
  forest.score(flat(judged), judged.length, scores);
  return { ...confusionOf(scores, cut, isAbnormal), auc: areaUnderCurve(scores, isAbnormal) };
}

function flat(rows: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(rows.length * rows[0].length);
  rows.forEach((row, i) => all.set(row, i * row.length));
  return all;
}
