import { Assembler, DEFAULT_ASSEMBLE_LIMITS, TraceBuilder } from '../../../src/assemble/index.ts';
import { learn } from '../../../src/app/learn.ts';
import { createVocabulary } from '../../../src/app/vocabulary.ts';
import type { Baseline } from '../../../src/baseline/index.ts';
import { judgeTrace, strengthOf } from '../../../src/detect/index.ts';
import { Measurements } from '../../../src/domain/measurement.ts';
import { DEFAULT_NAME_LIMITS } from '../../../src/domain/names.ts';
import { SpanBatch } from '../../../src/domain/span-batch.ts';
import type { Trace } from '../../../src/domain/trace.ts';
import { TraceScorer } from '../../../src/forest/index.ts';
import { Measurer, rootOf } from '../../../src/measure/index.ts';
import type { FileRecord } from '../../../src/sources/file/index.ts';
import { appendTrace, type FlatTrace } from './flat-trace.ts';

const START_MS = Date.UTC(2026, 0, 1);
/** The data has no time of its own that matters: a steady two traces a second, twenty a window. */
const EVERY_MS = 500;
const SEED = 1;
/** Judged at once. */
const CHUNK = 1000;
/** As `explain` without a usual strength of the entry: a million to one. */
const UNUSUAL_LOG_BAYES = Math.log(1e6);

/** `spanwatch learn` on the one, the verdict of `spanwatch explain` on each of the others: above 1 is anomalous. */
export async function learnedVerdicts(
  training: readonly FlatTrace[],
  judged: readonly FlatTrace[],
): Promise<Float64Array> {
  const vocabulary = createVocabulary(DEFAULT_NAME_LIMITS);
  const { names, table } = vocabulary;
  const batch = new SpanBatch(names);
  const options = { assemble: DEFAULT_ASSEMBLE_LIMITS, excluded: [], seed: SEED };
  const model = await learn(vocabulary, recordsOf(training, batch), options);
  const baselines: (Baseline | undefined)[] = [];
  for (const [component, baseline] of model.baselines) baselines[component] = baseline;
  const measurer = new Measurer(table);
  measurer.skew.adopt(model.skew);
  const scorer = new TraceScorer(table, baselines, model.forests);
  const measurements = new Measurements();
  const verdicts = new Float64Array(judged.length);
  const judge = (trace: Trace): void => {
    measurer.measure(trace, measurements);
    const entry = trace.operation[Math.max(0, rootOf(trace))];
    const forest = model.forests.get(entry);
    const scored = scorer.score(entry, measurements, trace.spanCount);
    const strength = strengthOf(judgeTrace(table, baselines, measurements));
    const odd = scored === undefined || forest === undefined ? 0 : scored.score / forest.threshold;
    const usual = forest?.usualStrength ?? UNUSUAL_LOG_BAYES;
    verdicts[trace.traceId[3] - 1] = Math.max(odd, strength === 0 ? 0 : strength / usual);
  };
  const assembler = new Assembler(DEFAULT_ASSEMBLE_LIMITS, new TraceBuilder(names), judge);
  judged.forEach((trace, i) => {
    appendTrace(trace, batch, { id: i + 1, atUs: START_MS * 1000 });
    if (batch.length < CHUNK && i < judged.length - 1) return;
    assembler.add(batch);
    assembler.flush();
    batch.clear();
  });
  return verdicts;
}

// eslint-disable-next-line @typescript-eslint/require-await -- what learns reads files as they come
async function* recordsOf(traces: readonly FlatTrace[], batch: SpanBatch): AsyncGenerator<FileRecord> {
  for (const [i, trace] of traces.entries()) {
    batch.clear();
    appendTrace(trace, batch, { id: i + 1, atUs: (START_MS + i * EVERY_MS) * 1000 });
    yield { file: '', batch, arrivalUs: batch.latestEndUs() };
  }
  batch.clear();
}
