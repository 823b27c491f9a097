import { Assembler, type AssembleLimits, TraceBuilder } from '../assemble/index.ts';
import { type Baseline, momentOf, moveSeason } from '../baseline/index.ts';
import { evidenceOf } from '../context/index.ts';
import { judgeTrace, strengthOf } from '../detect/index.ts';
import type { Evidence } from '../domain/evidence.ts';
import type { TraceConfidence, TraceNeighbour, TraceSince } from '../domain/explained-trace.ts';
import { KindCode } from '../domain/component-table.ts';
import { wordsToHex } from '../domain/ids.ts';
import { Measurements } from '../domain/measurement.ts';
import { usOf, WINDOW_MS } from '../domain/summary.ts';
import type { Suspect } from '../domain/suspect.ts';
import type { Trace } from '../domain/trace.ts';
import { TraceScorer } from '../forest/index.ts';
import { Locator, traceNeighbours } from '../locate/index.ts';
import { criticalPath, Measurer, rootOf } from '../measure/index.ts';
import type { FileRecord } from '../sources/file/index.ts';
import type { LoadedModel } from './model.ts';
import { suspectsByPath } from './path-suspects.ts';
import { MILLION_TO_ONE, rarityOf } from './trace-rarity.ts';
import type { Vocabulary } from './vocabulary.ts';

/** One trace explained; `explain --json` prints one a line. */
export interface Explanation {
  readonly traceId: string;
  readonly spans: number;
  readonly anomalous: boolean;
  /** 0..1: the forest's score where the model has a forest for the entry, else the strength of the evidence. */
  readonly score: number;
  /** Best first, for every trace; without a model by their part of the critical path. */
  readonly suspects: readonly Suspect[];
  readonly evidence: readonly Evidence[];
  /** What is usual for a trace of its entry, end to end; absent where that was not learned. */
  readonly usualUs?: number;
  /** Why not somebody near the first suspect; empty where nothing stands out. */
  readonly neighbours: readonly TraceNeighbour[];
  /** Absent where nothing stands out. */
  readonly confidence?: TraceConfidence;
  /** By the other traces of the same data (`explainTraces`); absent where nothing stands out. */
  readonly since?: TraceSince;
  /** Epoch microseconds, last section first; every instant of the root in exactly one span. */
  readonly criticalPath: readonly {
    readonly spanId: string;
    readonly fromUs: number;
    readonly toUs: number;
  }[];
}

const MOST_EVIDENCE = 10;
/** A suspect with a smaller part of what is unusual is an echo of another: named last, and to be told from the neighbours. */
export const LEAST_SHARE = 0.05;
/** A second share within a quarter of the first: the order is a guess, as in messages. */
const CLOSE_RATIO = 0.75;
/** Two thirds of what is unusual speak against a suspect that is clear. */
const CLEAR_SHARE = 2 / 3;

/** Explains every trace of the records, in the order in which they close. */
export class TraceExplainer {
  readonly #vocabulary: Vocabulary;
  readonly #baselines: (Baseline | undefined)[] = [];
  readonly #seasonal: readonly Baseline[];
  readonly #hasModel: boolean;
  readonly #measurer: Measurer;
  readonly #measurements = new Measurements();
  readonly #scorer: TraceScorer;
  readonly #forests: LoadedModel['forests'];
  readonly #locator: Locator;

  constructor(vocabulary: Vocabulary, model: LoadedModel) {
    const { table } = vocabulary;
    this.#vocabulary = vocabulary;
    for (const [component, baseline] of model.baselines) this.#baselines[component] = baseline;
    this.#seasonal = [...model.baselines.values()].filter(({ season }) => season !== undefined);
    this.#hasModel = model.baselines.size > 0;
    this.#measurer = new Measurer(table);
    this.#measurer.skew.adopt(model.skew);
    this.#scorer = new TraceScorer(table, this.#baselines, model.forests);
    this.#forests = model.forests;
    this.#locator = new Locator(table);
  }

  explain(trace: Trace): Explanation {
    const { table } = this.#vocabulary;
    this.#measurer.measure(trace, this.#measurements);
    this.#moveTo(trace.latestEndUs / 1000);
    const root = longestRoot(trace);
    const path = criticalPath(trace, this.#measurer.tree, root);
    const entry = rootOf(trace);
    const scored =
      entry < 0 ? undefined : this.#scorer.score(trace.operation[entry], this.#measurements, trace.spanCount);
    const judgement = judgeTrace(table, this.#baselines, this.#measurements);
    const blamed = this.#hasModel ? this.#locator.blame(judgement) : [];
    const hot = this.#locator.hot(judgement);
    const byPath = suspectsByPath(this.#vocabulary.names, trace, path);
    const strength = strengthOf(judgement);
    const usual = entry < 0 ? undefined : this.#forests.get(trace.operation[entry])?.usualStrength;
    const span = { fromMs: trace.startUs[root] / 1000, toMs: trace.latestEndUs / 1000 };
    const rows = new Map(Array.from({ length: judgement.length }, (_, i) => [judgement.component[i], i]));
    const anomaly = rarityOf({ strength, usual, outlier: scored?.outlier === true });
    const anomalous = anomaly !== 'weak';
    const suspects = blamed.length === 0 ? byPath : blamed;
    const told = blamed.filter(({ share }, i) => i === 0 || share >= LEAST_SHARE);
    const neighbours = hot.length === 0 ? [] : traceNeighbours(table, judgement, trace, told);
    return {
      traceId: wordsToHex(trace.traceId, 0, 4),
      spans: trace.spanCount,
      anomalous,
      score: scored?.score ?? 1 - Math.exp(-strength / MILLION_TO_ONE),
      ...this.#usualOf(entry < 0 ? 0 : trace.operation[entry]),
      suspects,
      evidence: hot
        .slice(0, MOST_EVIDENCE)
        .map(({ component }) => evidenceOf(table, judgement, { row: rows.get(component) ?? 0, ...span })),
      neighbours: neighbours.map(({ relation, row, usual: isUsual }) => ({
        relation,
        shown: evidenceOf(table, judgement, { row, ...span }),
        usual: isUsual,
      })),
      ...(hot.length > 0 && {
        confidence: {
          anomaly,
          suspect: surenessOf(suspects),
        },
      }),
      criticalPath: path.map((section) => ({
        spanId: wordsToHex(trace.spanId, section.span * 2, 2),
        fromUs: section.fromUs,
        toUs: section.toUs,
      })),
    };
  }

  /** End to end, of traces that an operation begins. */
  #usualOf(entryOperation: number): Pick<Explanation, 'usualUs'> {
    const level = this.#baselines[this.#vocabulary.table.find(KindCode.total, entryOperation, 0)]?.level;
    return level === undefined ? {} : { usualUs: usOf(level) };
  }

  /** What is usual when the trace ended. */
  #moveTo(endMs: number): void {
    if (this.#seasonal.length === 0) return;
    const moment = momentOf(Math.floor(endMs / WINDOW_MS));
    for (const baseline of this.#seasonal) moveSeason(baseline, moment);
  }
}

function surenessOf([first, second]: readonly Suspect[]): TraceConfidence['suspect'] {
  const most = first?.share ?? 0;
  const next = second?.share ?? 0;
  const isClear = most >= CLEAR_SHARE && next < most / 2;
  return second !== undefined && next >= most * CLOSE_RATIO ? 'unsure' : isClear ? 'clear' : 'leading';
}

/** Assembles the records' traces and hands each to `onTrace` once it is whole. */
export async function forEachTrace(
  vocabulary: Vocabulary,
  records: AsyncIterable<FileRecord>,
  limits: AssembleLimits,
  onTrace: (trace: Trace) => void,
): Promise<void> {
  const assembler = new Assembler(limits, new TraceBuilder(vocabulary.names), onTrace);
  for await (const { batch } of records) assembler.add(batch);
  assembler.flush();
}

/** The root of a whole trace; of a fragment the span without a parent here that lasted longest. */
function longestRoot(trace: Trace): number {
  const root = rootOf(trace);
  if (root >= 0) return root;
  let longest = -1;
  for (let i = 0; i < trace.spanCount; i++) {
    if (trace.parent[i] >= 0) continue;
    if (longest < 0 || trace.endUs[i] - trace.startUs[i] > trace.endUs[longest] - trace.startUs[longest])
      longest = i;
  }
  return Math.max(0, longest);
}
