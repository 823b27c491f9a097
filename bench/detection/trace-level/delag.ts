import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SpanKind } from '../../../src/domain/span-batch.ts';
import type { FlatSpan, FlatTrace } from './flat-trace.ts';
import { learnedVerdicts } from './learned-verdicts.ts';
import { rawForestScore, type Score } from './raw-forest.ts';
import { areaUnderCurve, confusionOf } from './scores.ts';
import { withUnpacked } from './unpack.ts';

export interface DelagSet {
  readonly name: string;
  readonly files: number;
  readonly requests: number;
  readonly ours: MeanScore;
  readonly rawForest: MeanScore;
}

/** Means over the files, each of which is a system of its own. */
export interface MeanScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly auc: number;
  readonly worstAuc: number;
}

const SETS = ['trainticket', 'eshopper'];

/** delag: in each file learned on every other normal request, judged on the rest; every `every`th file. */
export function benchDelag(
  dataDir: string,
  { every, say }: { readonly every: number; readonly say: (line: string) => void },
): Promise<DelagSet[] | string> {
  return withUnpacked(dataDir, 'delag/delag.tar.xz', async (folder) => {
    const sets: DelagSet[] = [];
    for (const name of SETS) {
      const files = readdirSync(join(folder, 'data', name))
        .filter((file) => file.endsWith('.csv'))
        .sort()
        .filter((_, i) => i % every === 0);
      const ours: Score[] = [];
      const rawForest: Score[] = [];
      let requests = 0;
      for (const file of files) {
        const result = await scoreFile(readFileSync(join(folder, 'data', name, file), 'utf8'));
        ours.push(result.ours);
        rawForest.push(result.rawForest);
        requests += result.requests;
        if (ours.length % 20 === 0) say(`delag, ${name}: ${ours.length} of ${files.length} files`);
      }
      sets.push({ name, files: files.length, requests, ours: meanOf(ours), rawForest: meanOf(rawForest) });
    }
    return sets;
  });
}

async function scoreFile(csv: string): Promise<{ ours: Score; rawForest: Score; requests: number }> {
  const { columns, normal, abnormal } = readRequests(csv);
  const training = normal.filter((_, i) => i % 2 === 0);
  const judged = [...normal.filter((_, i) => i % 2 === 1), ...abnormal];
  const isAbnormal = (row: number): boolean => row >= judged.length - abnormal.length;
  const asTrace = (row: Float64Array): FlatTrace => traceOf(columns, row);
  const verdicts = await learnedVerdicts(training.map(asTrace), judged.map(asTrace));
  return {
    ours: { ...confusionOf(verdicts, 1, isAbnormal), auc: areaUnderCurve(verdicts, isAbnormal) },
    rawForest: rawForestScore(training, judged, isAbnormal),
    requests: normal.length + abnormal.length,
  };
}

interface Requests {
  /** Without the label's. */
  readonly columns: readonly string[];
  /** Milliseconds by column. */
  readonly normal: readonly Float64Array[];
  readonly abnormal: readonly Float64Array[];
}

/** `Latency,<RPC>,...,anomaly`, milliseconds; anomaly 0 is normal, 1 and 2 are the two degradations. */
export function readRequests(csv: string): Requests {
  const [head, ...lines] = csv.trim().split('\n');
  const columns = head.trim().split(',');
  const rows = lines.map((line) => Float64Array.from(line.split(','), Number));
  const label = columns.indexOf('anomaly');
  if (label !== columns.length - 1 || columns[0] !== 'Latency')
    throw new RangeError('a file of delag begins with Latency and ends with anomaly');
  const requestsOf = (wanted: boolean): Float64Array[] =>
    rows.filter((row) => row[label] > 0 === wanted).map((row) => row.subarray(0, label));
  return { columns: columns.slice(0, label), normal: requestsOf(false), abnormal: requestsOf(true) };
}

/** The data has no tree: a root as long as the request, and beside each other from its start a service a column. */
function traceOf(columns: readonly string[], row: Float64Array): FlatTrace {
  return columns.map((column, i): FlatSpan => {
    const isRoot = i === 0;
    return {
      ...{ service: isRoot ? 'entry' : column, operation: isRoot ? 'request' : column },
      ...{ kind: SpanKind.Server, parent: isRoot ? -1 : 0, failed: false },
      ...{ startUs: 0, durationUs: row[i] * 1000 },
    };
  });
}

function meanOf(scores: readonly Score[]): MeanScore {
  const mean = (pick: (score: Score) => number): number =>
    scores.reduce((sum, score) => sum + pick(score), 0) / scores.length;
  return {
    precision: mean(({ precision }) => precision),
    recall: mean(({ recall }) => recall),
    f1: mean(({ f1 }) => f1),
    auc: mean(({ auc }) => auc),
    worstAuc: Math.min(...scores.map(({ auc }) => auc)),
  };
}
