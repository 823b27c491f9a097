import type { Measurements } from '../domain/measurement.ts';
import type { TraceSince } from '../domain/explained-trace.ts';
import { LONGEST_SCALE } from '../domain/scales.ts';
import type { SummaryBatch } from '../domain/summary.ts';
import { WINDOW_MS } from '../domain/summary.ts';
import type { Suspect } from '../domain/suspect.ts';
import type { Trace } from '../domain/trace.ts';
import { CoveringIncidents } from './covering-incidents.ts';
import type { LoadedModel } from './model.ts';
import { isAsUsual, StandingOut } from './standing-out.ts';
import { type VerdictOptions, VerdictStage } from './verdict-stage.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What comes after a trace and still tells of it: an incident opens within two minutes of what began it, nine times in ten. */
const WAIT_MS = 300_000;
/** The windows of the longest scale hold the trace for so long. */
const WITHIN_REACH_MS = LONGEST_SCALE * WINDOW_MS;
/** What stands out from the next window on, a trace was the first of; with more, whatever was slow by chance shortly before would be. */
const FIRST_OF_IT_MS = WINDOW_MS;
/** Traces that wait for what comes after them; ten kilobytes or so each. */
const MOST_WAITING = 5000;
/** Fewer others say nothing of what is usual. */
const LEAST_OTHERS = 3;

/** What is asked of the other traces: about which time, and whom. */
export interface SinceQuestion {
  /** Event time of the trace, epoch ms. */
  readonly endMs: number;
  /** Its first suspect; absent when nothing stands out: then nothing is asked. */
  readonly suspect?: Suspect;
  /** Number of the component that speaks loudest for it. */
  readonly component?: number;
}

interface Waiting {
  readonly question: SinceQuestion;
  readonly tell: (since: TraceSince | undefined) => void;
  windowsFromMs?: number;
  usual: boolean;
  /** It did not stand out then, and does before the trace is out of reach. */
  soonAfter: boolean;
  others: number;
}

/**
 * Since when, by the detection that `run` and `replay` run: all traces of the data go through it, and whoever asks about
 * one is told when enough of what came after it was judged. In order of asking; bounded: over `MOST_WAITING` the oldest
 * hears what is known by then.
 */
export class SinceWhen {
  readonly #verdicts: VerdictStage;
  readonly #standing = new StandingOut();
  readonly #incidents = new CoveringIncidents();
  readonly #waiting: Waiting[] = [];

  /** `model` is changed: what is seen is learned on the way. */
  constructor(vocabulary: Vocabulary, model: LoadedModel, options: VerdictOptions) {
    this.#verdicts = new VerdictStage(vocabulary, model, options, (incident, event) => {
      this.#incidents.onEvent(incident, event);
    });
  }

  onMeasured(trace: Trace, measurements: Measurements): void {
    this.#verdicts.onMeasured(trace, measurements);
  }

  onSealed(batch: SummaryBatch): void {
    this.#verdicts.onSealed(batch);
    const { judgement, recent } = this.#verdicts;
    if (judgement === undefined) return;
    this.#standing.judged(judgement, recent);
    for (const waiting of this.#waiting) this.#look(waiting);
    while (this.#waiting.length > 0 && this.#waiting[0].question.endMs + WAIT_MS <= judgement.toMs)
      this.#tellOldest();
  }

  ask(question: SinceQuestion, tell: Waiting['tell']): void {
    this.#waiting.push({ question, tell, usual: false, soonAfter: false, others: 0 });
    if (this.#waiting.length > MOST_WAITING) this.#tellOldest();
  }

  /** Nothing comes any more. */
  flush(): void {
    while (this.#waiting.length > 0) this.#tellOldest();
  }

  /** What the window judged last, and those before it, say of the trace. */
  #look(waiting: Waiting): void {
    const { endMs, component } = waiting.question;
    const { judgement, recent } = this.#verdicts;
    if (judgement === undefined || component === undefined) return;
    if (endMs >= judgement.toMs || endMs < judgement.toMs - WITHIN_REACH_MS) return;
    waiting.others = Math.max(waiting.others, recent.tracesOf(component, LONGEST_SCALE) - 1);
    const sinceMs = this.#standing.since(component);
    if (sinceMs === undefined) waiting.usual ||= isAsUsual(judgement, component);
    else if (sinceMs <= endMs + FIRST_OF_IT_MS)
      // The first of a fault is a minority in its window.
      waiting.windowsFromMs ??= Math.min(sinceMs, Math.floor(endMs / WINDOW_MS) * WINDOW_MS);
    else waiting.soonAfter = true;
  }

  #tellOldest(): void {
    const waiting = this.#waiting.shift();
    waiting?.tell(this.#sinceOf(waiting));
  }

  #sinceOf({ question, windowsFromMs, usual, soonAfter, others }: Waiting): TraceSince | undefined {
    const { endMs, suspect } = question;
    if (suspect === undefined) return undefined;
    const covering = this.#incidents.covering(endMs, suspect, windowsFromMs);
    if (covering !== undefined) return { told: 'incident', ...covering };
    const { component } = suspect;
    if (windowsFromMs !== undefined) return { told: 'windows', fromMs: windowsFromMs, component, others };
    if (usual && !soonAfter && others >= LEAST_OTHERS) return { told: 'alone', component, others };
    return { told: 'unknown', others };
  }
}
