import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SpanKind } from '../../../src/domain/span-batch.ts';
import type { FlatSpan, FlatTrace } from './flat-trace.ts';
import { learnedVerdicts } from './learned-verdicts.ts';
import { rawForestScore, type Score } from './raw-forest.ts';
import { areaUnderCurve, confusionOf } from './scores.ts';
import { withUnpacked } from './unpack.ts';

export interface DeepTraLogResult {
  readonly learned: number;
  readonly normal: number;
  readonly abnormal: number;
  /** Judged traces whose entry operation no learned trace has. */
  readonly newEntries: number;
  /** In an ERROR and in a SUCCESS file: they count as abnormal. */
  readonly inBoth: number;
  readonly ours: Score;
  readonly rawForest: Score;
}

/** What the README calls the normal captures; all else was captured while a fault was in. */
const NORMAL_FOLDERS = ['F02normal01', 'normal_put_consign'];

interface Labelled {
  readonly trace: FlatTrace;
  readonly isNormalCapture: boolean;
  abnormal: boolean;
}

/** deeptralog-part: learned on every other trace of the normal captures, judged on the rest; the label is the file's name. */
export function benchDeepTraLog(dataDir: string): Promise<DeepTraLogResult | string> {
  return withUnpacked(dataDir, 'deeptralog-part/spans.tar.xz', async (folder) => {
    const { traces, inBoth } = readCapture(folder);
    const normal = traces.filter(({ abnormal }) => !abnormal);
    const captured = normal.filter(({ isNormalCapture }) => isNormalCapture);
    const training = captured.filter((_, i) => i % 2 === 0).map(({ trace }) => trace);
    const negatives = [
      ...captured.filter((_, i) => i % 2 === 1),
      ...normal.filter(({ isNormalCapture }) => !isNormalCapture),
    ];
    const positives = traces.filter(({ abnormal }) => abnormal);
    const judged = [...negatives, ...positives].map(({ trace }) => trace);
    const isAbnormal = (row: number): boolean => row >= negatives.length;
    const verdicts = await learnedVerdicts(training, judged);
    const known = new Set(training.map(entryOf));
    return {
      learned: training.length,
      normal: negatives.length,
      abnormal: positives.length,
      newEntries: judged.filter((trace) => !known.has(entryOf(trace))).length,
      inBoth,
      ours: { ...confusionOf(verdicts, 1, isAbnormal), auc: areaUnderCurve(verdicts, isAbnormal) },
      rawForest: rawForestScore(training.map(featuresOf), judged.map(featuresOf), isAbnormal),
    };
  });
}

function readCapture(folder: string): { traces: readonly Labelled[]; inBoth: number } {
  const byId = new Map<string, Labelled>();
  let inBoth = 0;
  for (const capture of readdirSync(folder).sort()) {
    for (const file of readdirSync(join(folder, capture)).sort()) {
      const abnormal = file.startsWith('ERROR');
      for (const [id, trace] of readSkyWalking(readFileSync(join(folder, capture, file), 'utf8'))) {
        const known = byId.get(id);
        if (known === undefined)
          byId.set(id, { trace, abnormal, isNormalCapture: NORMAL_FOLDERS.includes(capture) });
        else if (known.abnormal !== abnormal) {
          known.abnormal = true;
          inBoth++;
        }
      }
    }
  }
  return { traces: [...byId.values()], inBoth };
}

const HEAD = 'StartTime,EndTime,URL,SpanType,Service,SpanId,TraceId,Peer,ParentSpan,Component,IsError';
const KINDS = new Map<string, number>([
  ['Entry', SpanKind.Server],
  ['Exit', SpanKind.Client],
  ['Local', SpanKind.Internal],
]);

/** Traces by id, of SkyWalking spans as CSV: times in epoch milliseconds, parent -1 for a root. */
export function readSkyWalking(csv: string): Map<string, FlatTrace> {
  const [head, ...lines] = csv.trim().split('\n');
  if (head.trim() !== HEAD) throw new RangeError(`a file of deeptralog-part begins with ${HEAD}`);
  const byTrace = new Map<string, string[][]>();
  for (const line of lines) {
    const fields = line.trim().split(',');
    const known = byTrace.get(fields[6]);
    if (known === undefined) byTrace.set(fields[6], [fields]);
    else known.push(fields);
  }
  return new Map([...byTrace].map(([id, rows]) => [id, traceOf(rows)]));
}

function traceOf(rows: readonly string[][]): FlatTrace {
  const numberOf = new Map(rows.map(([, , , , , spanId], i) => [spanId, i]));
  const begin = Math.min(...rows.map(([start]) => Number(start)));
  return rows.map(([start, end, url, type, service, , , peer, parent, , isError]): FlatSpan => ({
    ...{ service, operation: url, kind: KINDS.get(type) ?? SpanKind.Unspecified },
    ...(type === 'Exit' && peer !== '' && { peer }),
    parent: numberOf.get(parent) ?? -1,
    startUs: (Number(start) - begin) * 1000,
    durationUs: Math.max(0, Number(end) - Number(start)) * 1000,
    failed: isError === 'True',
  }));
}

function rootOf(trace: FlatTrace): FlatSpan {
  return trace.find(({ parent }) => parent < 0) ?? trace[0];
}

function entryOf(trace: FlatTrace): string {
  const { service, operation } = rootOf(trace);
  return `${service} ${operation}`;
}

/** As tutorials have it: duration, spans, failed spans, whether the request failed. */
function featuresOf(trace: FlatTrace): Float64Array {
  const root = rootOf(trace);
  const failed = trace.filter((span) => span.failed).length;
  return Float64Array.of(root.durationUs / 1000, trace.length, failed, root.failed ? 1 : 0);
}
