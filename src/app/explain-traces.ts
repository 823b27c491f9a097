import type { AssembleLimits } from '../assemble/index.ts';
import type { Config } from '../config/index.ts';
import { wordsToHex } from '../domain/ids.ts';
import type { Trace } from '../domain/trace.ts';
import type { FileRecord } from '../sources/file/index.ts';
import { type Explanation, forEachTrace, TraceExplainer } from './explain.ts';
import type { LoadedModel } from './model.ts';
import { type SinceQuestion, SinceWhen } from './since-when.ts';
import { TraceStage } from './trace-stage.ts';
import { verdictOptions } from './verdict-options.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface ExplainOptions<Kept> {
  readonly config: Config;
  readonly limits: AssembleLimits;
  /** Traces to explain, by 32 hex digits; all when absent. The others still say what was usual around them. */
  readonly wanted?: ReadonlySet<string>;
  /** What is needed of the trace itself later on; borrows it. */
  readonly keep: (trace: Trace) => Kept;
  readonly onExplained: (explanation: Explanation, kept: Kept) => void;
}

interface Models {
  readonly model: LoadedModel;
  /** The same once more, for the detection beside it, which goes on learning; absent where there is no model. */
  readonly beside?: LoadedModel;
}

/**
 * Explains traces of the records, in the order in which they close. With a model all of them go through the detection of
 * `replay` besides, which says since when: a trace is told of when minutes of what came after it were seen.
 */
export async function explainTraces<Kept>(
  vocabulary: Vocabulary,
  { model, beside }: Models,
  records: AsyncIterable<FileRecord>,
  { config, limits, wanted, keep, onExplained }: ExplainOptions<Kept>,
): Promise<void> {
  const explainer = new TraceExplainer(vocabulary, model);
  const isWanted = (trace: Trace): boolean => wanted?.has(wordsToHex(trace.traceId, 0, 4)) ?? true;
  if (beside === undefined) {
    await forEachTrace(vocabulary, records, limits, (trace) => {
      if (isWanted(trace)) onExplained(explainer.explain(trace), keep(trace));
    });
    return;
  }
  const since = new SinceWhen(vocabulary, beside, verdictOptions(config));
  const stage = new TraceStage(vocabulary, limits, {
    skew: beside.skew,
    onMeasured: (trace, measurements) => {
      since.onMeasured(trace, measurements);
      if (!isWanted(trace)) return;
      const explanation = explainer.explain(trace);
      const kept = keep(trace);
      since.ask(questionOf(vocabulary, explanation, trace.latestEndUs / 1000), (told) => {
        onExplained(told === undefined ? explanation : { ...explanation, since: told }, kept);
      });
    },
    onSealed: (batch) => since.onSealed(batch),
  });
  for await (const { batch } of records) stage.add(batch);
  stage.flush();
  since.flush();
}

/** About the first suspect, where anything stands out. */
function questionOf(
  { table }: Vocabulary,
  { evidence, suspects: [suspect] }: Explanation,
  endMs: number,
): SinceQuestion {
  if (evidence.length === 0 || suspect === undefined) return { endMs };
  return { endMs, suspect, component: table.internKey(suspect.component) };
}
