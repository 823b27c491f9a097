import { pathToFileURL } from 'node:url';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import { type ExcessCause, type ExcessKind, type ExcessTruth, oneTrace } from '../../src/simulator/index.ts';
import { type Excess, QuietModel } from './quiet-model.ts';

/** How well the measurements of single traces show a known excess, before any localisation argues about them. */
export interface ExplainAccuracy {
  readonly learnedTraces: number;
  readonly rows: readonly AccuracyRow[];
}

export interface AccuracyRow {
  readonly causes: string;
  readonly traces: number;
  /** Share of the causes whose component has risen by 90 % of what was added. */
  readonly measured: number;
  /** Share of traces whose components of largest excess, as many as there are causes, are the causes. */
  readonly rankedByExcess: number;
  /** The same by z: what a ranking by significance alone would say. */
  readonly rankedByZ: number;
}

const KINDS: readonly ExcessKind[] = ['self', 'request', 'response', 'dependency', 'async'];
const LEARN_SECONDS = 600;
const LEAST_MS = 50;
const MOST_MS = 2000;
/** The log is taken over an offset, and levels have an error of their own. */
const SHOWN_SHARE = 0.9;

/** `tracesPerRow` traces for each kind of cause and for pairs of causes. */
export function benchExplainAccuracy(tracesPerRow = 1000): ExplainAccuracy {
  const names = new Names();
  const model = new QuietModel(names);
  const learnedTraces = model.learn(1, LEARN_SECONDS);
  const batch = new SpanBatch(names);
  const rows = [
    ...KINDS.map((kind) => [kind]),
    ['self', 'response'],
    ['request', 'dependency'],
    ['self', 'dependency'],
  ];
  return {
    learnedTraces,
    rows: rows.map((kinds) => rowOf(model, batch, { kinds: kinds as ExcessKind[], traces: tracesPerRow })),
  };
}

function rowOf(
  model: QuietModel,
  batch: SpanBatch,
  { kinds, traces }: { kinds: readonly ExcessKind[]; traces: number },
): AccuracyRow {
  let measured = 0;
  let byExcess = 0;
  let byZ = 0;
  for (let seed = 0; seed < traces; seed++) {
    batch.clear();
    const { truths } = oneTrace(
      { seed, startMs: Date.UTC(2026, 0, 2), causes: causesOf(kinds, seed) },
      batch,
    );
    const excesses = model.excesses(batch);
    measured += truths.filter((truth) => isMeasured(truth, excesses)).length;
    if (areFirst(truths, excesses, (excess) => excess.us)) byExcess++;
    if (areFirst(truths, excesses, (excess) => excess.z)) byZ++;
  }
  return {
    causes: kinds.join(' + '),
    traces,
    measured: measured / (traces * kinds.length),
    rankedByExcess: byExcess / traces,
    rankedByZ: byZ / traces,
  };
}

/** 50 to 2,000 ms, spread evenly in the log by the golden ratio's multiples. */
function causesOf(kinds: readonly ExcessKind[], seed: number): ExcessCause[] {
  return kinds.map((kind, i) => {
    const share = ((seed * kinds.length + i) * 0.618033988749895) % 1;
    return { kind, addMs: Math.round(LEAST_MS * (MOST_MS / LEAST_MS) ** share) };
  });
}

function isMeasured(truth: ExcessTruth, excesses: readonly Excess[]): boolean {
  const found = excesses.find((excess) => excess.component === truth.component);
  return found !== undefined && found.us >= truth.addUs * SHOWN_SHARE;
}

function areFirst(
  truths: readonly ExcessTruth[],
  excesses: readonly Excess[],
  by: (excess: Excess) => number,
): boolean {
  const first = [...excesses].sort((a, b) => by(b) - by(a)).slice(0, truths.length);
  return truths.every((truth) => first.some((excess) => excess.component === truth.component));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const result = benchExplainAccuracy(Number(process.argv[2] ?? 1000));
  process.stdout.write(`learned from ${result.learnedTraces} traces\n`);
  for (const row of result.rows)
    process.stdout.write(
      `${row.causes.padEnd(22)} measured ${row.measured.toFixed(3)}  first by excess ${row.rankedByExcess.toFixed(3)}  by z ${row.rankedByZ.toFixed(3)}\n`,
    );
}
