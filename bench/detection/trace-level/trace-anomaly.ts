import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CallPaths, cutOf } from './call-paths.ts';
import { rawForestScore, type Score } from './raw-forest.ts';
import { areaUnderCurve, confusionOf } from './scores.ts';
import { readZip } from './zip.ts';

export interface TraceAnomalyResult extends Score {
  readonly cutMs: number;
  /** Over the same milliseconds. */
  readonly rawForest: Score;
}

/**
 * traceanomaly-stv: learned on the even normal lines, judged on the odd ones and the abnormal. Undefined when the folder is
 * absent.
 */
export function benchTraceAnomaly(dataDir: string): TraceAnomalyResult | undefined {
  const folder = join(dataDir, 'traceanomaly-stv');
  if (!existsSync(folder)) return undefined;
  const normal = readTraces(join(folder, 'test_normal.zip'));
  const abnormal = readTraces(join(folder, 'test_abnormal.zip'));
  const training = normal.filter((_, i) => i % 2 === 0);
  const judged = [...normal.filter((_, i) => i % 2 === 1), ...abnormal];
  const isAbnormal = (row: number): boolean => row >= judged.length - abnormal.length;
  const paths = new CallPaths(training);
  const scores = Float64Array.from(judged, (trace) => paths.score(trace));
  const cutMs = cutOf(training);
  return {
    ...confusionOf(scores, cutMs, isAbnormal),
    auc: areaUnderCurve(scores, isAbnormal),
    cutMs,
    rawForest: rawForestScore(training, judged, isAbnormal),
  };
}

function readTraces(path: string): Float64Array[] {
  const [text] = readZip(readFileSync(path)).values();
  return text
    .toString('latin1')
    .split('\n')
    .filter((line) => line.includes(':'))
    .map((line) => Float64Array.from(line.slice(line.indexOf(':') + 1).split(','), Number));
}
