import type { AssembleLimits } from '../assemble/index.ts';
import { type Baseline, BatchFit, type Freeze, SiblingSpreads } from '../baseline/index.ts';
import { TraceStrength } from '../detect/index.ts';
import { fitEntryForests, TraceSample } from '../forest/index.ts';
import { rootOf } from '../measure/index.ts';
import type { LearnedStretch } from '../domain/learned-stretch.ts';
import type { SpanBatch } from '../domain/span-batch.ts';
import { PlaceWindows } from '../domain/place-windows.ts';
import { WINDOW_MS } from '../domain/summary.ts';
import { createRandom } from '../runtime/index.ts';
import type { FileRecord } from '../sources/file/index.ts';
import { learnedStretches } from './learned-stretches.ts';
import type { LoadedModel } from './model.ts';
import { takeSeasonsOff } from './seasonless-sample.ts';
import { TraceStage } from './trace-stage.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface LearnOptions {
  readonly assemble: AssembleLimits;
  readonly excluded: readonly Freeze[];
  readonly seed: number;
  /** Told once of the times that stand out from the rest, in order, if there are any. */
  readonly stretches?: {
    /** The budget that the model will be judged by: whether the same again would open an incident. */
    readonly falseAlertsPerWeek: number;
    readonly onFound: (stretches: readonly LearnedStretch[]) => void;
  };
  /** Called after each record with its event time, epoch microseconds. */
  readonly onRecord?: (arrivalUs: number) => void;
}

/** Of a batch that has spans of minutes, as a backlog of Kafka's, its arrival is the latest. */
function earliestEndUs({ length, startUs, durationUs }: SpanBatch): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < length; i++) earliest = Math.min(earliest, startUs[i] + durationUs[i]);
  return length === 0 ? 0 : earliest;
}

/** A stretch of the past to a model: baselines by robust fit, a forest for each entry operation. */
export async function learn(
  vocabulary: Vocabulary,
  records: AsyncIterable<FileRecord>,
  options: LearnOptions,
): Promise<Omit<LoadedModel, 'name'>> {
  const fit = new BatchFit(vocabulary.table, options.excluded);
  const spreads = new SiblingSpreads(vocabulary.table);
  const windows = new PlaceWindows();
  const sample = new TraceSample(createRandom(options.seed));
  const stage = new TraceStage(vocabulary, options.assemble, {
    onMeasured: (trace, measurements) => {
      const endMs = trace.latestEndUs / 1000;
      if (options.excluded.some((f) => f.fromMs <= endMs && endMs < f.toMs)) return;
      const root = rootOf(trace);
      if (root >= 0) sample.add(trace.operation[root], measurements, { spans: trace.spanCount, endMs });
    },
    onSealed: (batch) => {
      fit.observe(batch);
      const from = batch.windowStartMs;
      if (options.excluded.some((f) => f.fromMs < from + WINDOW_MS && f.toMs > from)) return;
      windows.push(from / WINDOW_MS, batch.cells);
      spreads.observe(windows.strata(), windows.newest);
    },
  });
  let firstUs = 0;
  let lastUs = 0;
  for await (const { batch, arrivalUs } of records) {
    firstUs ||= earliestEndUs(batch);
    lastUs = arrivalUs;
    stage.add(batch);
    options.onRecord?.(arrivalUs);
  }
  stage.flush();
  const baselines = fit.fit();
  spreads.fit();
  const byNumber: (Baseline | undefined)[] = [];
  for (const [component, baseline] of baselines) byNumber[component] = baseline;
  takeSeasonsOff(sample, byNumber);
  const strength = new TraceStrength(vocabulary.table, byNumber);
  tellStretches(vocabulary, { fit, baselines, options });
  return {
    baselines,
    forests: fitEntryForests(vocabulary.table, byNumber, sample, {
      seed: options.seed,
      strengthOf: (measurements) => strength.of(measurements),
    }),
    skew: stage.measurer.skew.offsets(),
    spreads: spreads.all,
    trainedOn: {
      from: new Date(firstUs / 1000).toISOString(),
      to: new Date(lastUs / 1000).toISOString(),
      spans: stage.assembler.counts.spansIn,
      traces: stage.traces,
      windows: fit.windows,
    },
  };
}

function tellStretches(
  { table }: Vocabulary,
  {
    fit,
    baselines,
    options,
  }: { fit: BatchFit; baselines: ReadonlyMap<number, Baseline>; options: LearnOptions },
): void {
  if (options.stretches === undefined) return;
  const { falseAlertsPerWeek, onFound } = options.stretches;
  const found = learnedStretches({ table, stretches: fit.stretches(), baselines, falseAlertsPerWeek });
  if (found.length > 0) onFound(found);
}
