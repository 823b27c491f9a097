import { type ForestRow, SEEDS } from './adbench.ts';
import type { Explained } from '../../explain-accuracy/explained.ts';
import type { DeepTraLogResult } from './deeptralog.ts';
import type { DelagSet, MeanScore } from './delag.ts';
import type { Score } from './raw-forest.ts';
import type { TraceAnomalyResult } from './trace-anomaly.ts';

/** The bars of `explain` on traces of known excess. */
const LEAST_SINGLE = 0.995;
const LEAST_DOUBLE = 0.99;
/** The bars of the forest against scikit-learn's. */
const MOST_MEAN_DIFFERENCE = 0.005;
const MOST_DIFFERENCE = 0.02;

const SCORE_HEAD = [
  '| by | precision | recall | F1 | AUC | false positives | false negatives |',
  '|---|---|---|---|---|---|---|',
];

export function traceAnomalyLines(result: TraceAnomalyResult | undefined): string[] {
  if (result === undefined) return ['SKIPPED traceanomaly-stv: not in the folder'];
  return [
    '## traceanomaly-stv',
    '',
    ...SCORE_HEAD,
    scoreLine('structure, then time beyond the tail', result),
    scoreLine('raw isolation forest', result.rawForest),
    '',
    `Cut at ${result.cutMs.toFixed(1)} ms.`,
    '',
  ];
}

export function delagLines(result: readonly DelagSet[] | string): string[] {
  if (typeof result === 'string') return [`SKIPPED delag: ${result}`];
  const line = (set: DelagSet, by: string, mean: MeanScore): string =>
    `| ${set.name} | ${set.files} | ${set.requests} | ${by} | ${mean.precision.toFixed(4)} | ${mean.recall.toFixed(4)} | ${mean.f1.toFixed(4)} | ${mean.auc.toFixed(5)} | ${mean.worstAuc.toFixed(5)} |`;
  return [
    '## delag: means over files',
    '',
    '| set | files | requests | by | precision | recall | F1 | AUC | lowest AUC of a file |',
    '|---|---|---|---|---|---|---|---|---|',
    ...result.flatMap((set) => [
      line(set, 'explain', set.ours),
      line(set, 'raw isolation forest', set.rawForest),
    ]),
    '',
  ];
}

export function deepTraLogLines(result: DeepTraLogResult | string): string[] {
  if (typeof result === 'string') return [`SKIPPED deeptralog-part: ${result}`];
  return [
    '## deeptralog-part',
    '',
    ...SCORE_HEAD,
    scoreLine('explain', result.ours),
    scoreLine('raw isolation forest', result.rawForest),
    '',
    `Learned on ${result.learned} traces, judged on ${result.normal} normal and ${result.abnormal} abnormal ones, ${result.newEntries} of which enter by operations that no learned trace has. ${result.inBoth} are in an ERROR and in a SUCCESS file.`,
    '',
  ];
}

export function oneTraceLines({ learnedTraces, rows, single, double }: Explained): string[] {
  const met = (value: number, bar: number): string =>
    `${value.toFixed(4)} (${value >= bar ? 'met' : 'NOT met'}: >= ${bar})`;
  return [
    '## One trace, simulated: `explain` on a known excess',
    '',
    '| cause | traces | right | called anomalous |',
    '|---|---|---|---|',
    ...rows.map(
      ({ causes, traces, right, anomalous }) =>
        `| ${causes} | ${traces} | ${(right / traces).toFixed(4)} | ${(anomalous / traces).toFixed(4)} |`,
    ),
    '',
    `One cause, first suspect right: ${met(single, LEAST_SINGLE)}; two causes, both among the first two: ${met(double, LEAST_DOUBLE)}. Learned on ${learnedTraces} quiet traces.`,
    '',
  ];
}

function scoreLine(by: string, score: Score): string {
  const { precision, recall, f1, auc, falsePositives, falseNegatives } = score;
  return `| ${by} | ${precision.toFixed(4)} | ${recall.toFixed(4)} | ${f1.toFixed(4)} | ${auc.toFixed(5)} | ${falsePositives} | ${falseNegatives} |`;
}

export function forestLines(rows: readonly ForestRow[] | undefined): string[] {
  if (rows === undefined) return ['SKIPPED adbench-classical: not in the folder'];
  return [
    `## adbench-classical: the isolation forest, mean AUC over ${SEEDS} seeds`,
    '',
    '| table | rows | ours | scikit-learn | difference |',
    '|---|---|---|---|---|',
    ...rows.map(
      ({ name, rows: n, ours, theirs, isReference }) =>
        `| ${name} | ${n} | ${ours.toFixed(4)} | ${theirs?.toFixed(4) ?? 'skipped'}${isReference === true ? ' (reference)' : ''} | ${theirs === undefined ? '' : (ours - theirs).toFixed(4)} |`,
    ),
    '',
    comparison(rows),
    '',
  ];
}

function comparison(rows: readonly ForestRow[]): string {
  const compared = rows.filter((row): row is Required<ForestRow> => row.theirs !== undefined);
  if (compared.length === 0)
    return 'scikit-learn: SKIPPED, no Python that has it, and no reference for these tables';
  const meanOf = (pick: (row: Required<ForestRow>) => number): number =>
    compared.reduce((sum, row) => sum + pick(row), 0) / compared.length;
  const ours = meanOf((row) => row.ours);
  const theirs = meanOf((row) => row.theirs);
  const largest = Math.max(...compared.map((row) => Math.abs(row.ours - row.theirs)));
  const met = (value: number, bar: number): string => `${value <= bar ? 'met' : 'NOT met'}: <= ${bar}`;
  return `Mean ${ours.toFixed(4)} against ${theirs.toFixed(4)} (${met(Math.abs(ours - theirs), MOST_MEAN_DIFFERENCE)}); largest difference ${largest.toFixed(4)} (${met(largest, MOST_DIFFERENCE)}).`;
}
