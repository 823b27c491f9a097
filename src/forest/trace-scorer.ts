import type { Baseline } from '../baseline/port.ts';
import { type ComponentTable, KindCode } from '../domain/component-table.ts';
import type { Measurements } from '../domain/measurement.ts';
import type { CompiledForest } from './compiled-forest.ts';
import { fitForest } from './fit.ts';
import { TRACE_FEATURES, traceFeatures } from './trace-features.ts';
import type { TraceSample } from './trace-sample.ts';

/** The forest of one entry operation. */
export interface EntryForest {
  readonly forest: CompiledForest;
  readonly usualLogSpans: number;
  /** Scores above it are outliers: the OUTLIER_QUANTILE of the traces that it was fitted on. */
  readonly threshold: number;
  /** The STRENGTH_QUANTILE of the strongest single piece of evidence in those traces, as a log Bayes factor. */
  readonly usualStrength: number;
}

/** One trace in two hundred has evidence beyond it by construction: heavy tails and many components are in it. */
export const STRENGTH_QUANTILE = 0.995;

/** One trace in a hundred is an outlier by construction; what is tested is a change of that share. */
export const OUTLIER_QUANTILE = 0.99;
/** Fewer traces make no forest: a percentile needs a hundred. */
export const LEAST_TRACES = 200;

/**
 * Fits a forest for each entry operation with enough traces. Deterministic in `seed`. `strengthOf` weighs the strongest
 * evidence in a trace.
 */
export function fitEntryForests(
  table: ComponentTable,
  baselines: readonly (Baseline | undefined)[],
  sample: TraceSample,
  { seed, strengthOf }: { seed: number; strengthOf: (measurements: Measurements) => number },
): Map<number, EntryForest> {
  const forests = new Map<number, EntryForest>();
  for (const [operation, { traces }] of sample.entries) {
    if (traces.length < LEAST_TRACES) continue;
    const usualLogSpans = traces.reduce((sum, t) => sum + Math.log(t.spans), 0) / traces.length;
    const width = TRACE_FEATURES.length;
    const rows = new Float64Array(traces.length * width);
    traces.forEach(({ measurements, spans }, i) => {
      traceFeatures(table, baselines, { measurements, spans, usualLogSpans }, { into: rows, at: i * width });
    });
    const forest = fitForest({ rows, rowCount: traces.length, featureCount: width, seed: seed + operation });
    const scores = new Float64Array(traces.length);
    forest.score(rows, traces.length, scores);
    const threshold = scores.sort()[Math.floor(OUTLIER_QUANTILE * (traces.length - 1))];
    const strengths = Float64Array.from(traces, ({ measurements }) => strengthOf(measurements)).sort();
    const usualStrength = strengths[Math.floor(STRENGTH_QUANTILE * (traces.length - 1))];
    forests.set(operation, { forest, usualLogSpans, threshold, usualStrength });
  }
  return forests;
}

/** Scores traces as they are measured; an outlier corroborates and is picked as an exemplar, it never pages alone. */
export class TraceScorer {
  readonly #table: ComponentTable;
  readonly #baselines: readonly (Baseline | undefined)[];
  /** By entry operation. */
  forests: ReadonlyMap<number, EntryForest>;
  readonly #row = new Float64Array(TRACE_FEATURES.length);
  readonly #score = new Float64Array(1);

  constructor(
    table: ComponentTable,
    baselines: readonly (Baseline | undefined)[],
    forests: ReadonlyMap<number, EntryForest>,
  ) {
    this.#table = table;
    this.#baselines = baselines;
    this.forests = forests;
  }

  /**
   * The anomaly score of a trace, or undefined when its entry operation has no forest. Adds `outlier(entry)` to the
   * measurements.
   */
  score(
    entryOperation: number,
    measurements: Measurements,
    spans: number,
  ): { score: number; outlier: boolean } | undefined {
    const entry = this.forests.get(entryOperation);
    if (entry === undefined) return undefined;
    const measured = { measurements, spans, usualLogSpans: entry.usualLogSpans };
    traceFeatures(this.#table, this.#baselines, measured, { into: this.#row, at: 0 });
    entry.forest.score(this.#row, 1, this.#score);
    const outlier = this.#score[0] > entry.threshold;
    measurements.push(this.#table.id(KindCode.outlier, entryOperation, 0), outlier ? 1 : 0, 0);
    return { score: this.#score[0], outlier };
  }
}
