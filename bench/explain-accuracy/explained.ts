import { Assembler, DEFAULT_ASSEMBLE_LIMITS, TraceBuilder } from '../../src/assemble/index.ts';
import { type Explanation, TraceExplainer } from '../../src/app/explain.ts';
import { learn } from '../../src/app/learn.ts';
import { createVocabulary, type Vocabulary } from '../../src/app/vocabulary.ts';
import { DEFAULT_NAME_LIMITS } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import type { Suspect } from '../../src/domain/suspect.ts';
import { type ExcessTruth, oneTrace, simulate } from '../../src/simulator/index.ts';
import type { FileRecord } from '../../src/sources/file/index.ts';

const LEARN_SECONDS = 1200;
const SEED = 1;
const START_MS = Date.UTC(2026, 0, 1);
const JUDGED_MS = Date.UTC(2026, 0, 2);

export interface ExplainedRow {
  /** Kind of the single cause, or `two causes`. */
  readonly causes: string;
  readonly traces: number;
  /** One cause: it is the first suspect. Two: both are the first two suspects. */
  readonly right: number;
  /** Called anomalous. */
  readonly anomalous: number;
}

export interface Explained {
  readonly learnedTraces: number;
  readonly rows: readonly ExplainedRow[];
  /** Share of the traces with one cause whose first suspect is right. */
  readonly single: number;
  readonly double: number;
}

/**
 * `spanwatch explain` on traces with a known excess: one or two causes (one in three traces) of 50 to 2,000 ms, drawn
 * from the seed: own time, request side, response side, a dependency, asynchronous work. Learned on quiet minutes of the
 * same simulated shop.
 */
export async function benchExplained(traces = 10_000): Promise<Explained> {
  const vocabulary = createVocabulary(DEFAULT_NAME_LIMITS);
  const model = await learn(vocabulary, quietShop(vocabulary), {
    ...{ assemble: DEFAULT_ASSEMBLE_LIMITS, excluded: [], seed: SEED },
  });
  const explainer = new TraceExplainer(vocabulary, { ...model, name: '' });
  const batch = new SpanBatch(vocabulary.names);
  const rows = new Map<string, { traces: number; right: number; anomalous: number }>();
  for (let seed = 0; seed < traces; seed++) {
    batch.clear();
    const { truths } = oneTrace({ seed, startMs: JUDGED_MS }, batch);
    const explanation = explained(vocabulary, explainer, batch);
    const causes = truths.length > 1 ? 'two causes' : truths[0].kind;
    const row = rows.get(causes) ?? { traces: 0, right: 0, anomalous: 0 };
    rows.set(causes, row);
    row.traces++;
    if (isRight(truths, explanation.suspects)) row.right++;
    if (explanation.anomalous) row.anomalous++;
  }
  const all = [...rows].map(([causes, row]) => ({ causes, ...row }));
  const shareOf = (wanted: readonly ExplainedRow[]): number =>
    wanted.reduce((sum, { right }) => sum + right, 0) / wanted.reduce((sum, row) => sum + row.traces, 0);
  return {
    learnedTraces: model.trainedOn.traces,
    rows: all.sort((a, b) => b.traces - a.traces),
    single: shareOf(all.filter(({ causes }) => causes !== 'two causes')),
    double: shareOf(all.filter(({ causes }) => causes === 'two causes')),
  };
}

function explained({ names }: Vocabulary, explainer: TraceExplainer, batch: SpanBatch): Explanation {
  const explanations: Explanation[] = [];
  const assembler = new Assembler(DEFAULT_ASSEMBLE_LIMITS, new TraceBuilder(names), (trace) => {
    explanations.push(explainer.explain(trace));
  });
  assembler.add(batch);
  assembler.flush();
  const [first] = explanations;
  return first;
}

function isRight(truths: readonly ExcessTruth[], suspects: readonly Suspect[]): boolean {
  const named = suspects
    .slice(0, truths.length)
    .map(({ kind, service, peer }) => (kind === 'dependency' ? `-> ${peer ?? ''}` : service));
  return truths.every(({ kind, service, peer }) =>
    named.includes(kind === 'dependency' ? `-> ${peer ?? ''}` : service),
  );
}

// eslint-disable-next-line @typescript-eslint/require-await -- what learns reads files as they come
async function* quietShop({ names }: Vocabulary): AsyncGenerator<FileRecord> {
  const simulation = simulate({ seed: SEED, startMs: START_MS, names });
  const batch = simulation.newBatch();
  for (let second = 0; second < LEARN_SECONDS; second++) {
    batch.clear();
    simulation.second(second, batch);
    if (batch.length > 0) yield { file: '', batch, arrivalUs: batch.latestEndUs() };
  }
}
