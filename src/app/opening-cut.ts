import { type Detector, type Judgement, openingCut, ScoreTail, SETTLED_HOURS } from '../detect/index.ts';

/** What evidence there was beyond the last windows. */
export interface EvidenceState {
  readonly tail: ReturnType<ScoreTail['snapshot']>;
  readonly errorSums: ReturnType<Detector['errorSums']['snapshot']>;
}

export interface Budget {
  readonly perWeek: number;
  readonly hypotheses: number;
}

/** The score at which incidents open, by the budget: what theory says, and what is learned of quiet scores. */
export class OpeningCut {
  readonly tail = new ScoreTail();
  /** Openings and reopenings of any severity. */
  openings = 0;
  #openedBefore = 0;

  cut(budget: Budget): number {
    return this.tail.cut(budget.perWeek, openingCut(budget));
  }

  /** After a window was judged at `cut`, and incidents were told of it: what is learned from its largest score. */
  judged({ toMs }: Judgement, seen: { traces: number; score: number; cut: number; covered: boolean }): void {
    const opened = this.openings > this.#openedBefore;
    this.#openedBefore = this.openings;
    // Nobody was there: that is no calm.
    if (seen.traces === 0) return;
    this.tail.observe(seen.score, { toMs, cut: seen.cut, opened, covered: seen.covered });
  }

  snapshot({ errorSums }: Detector): EvidenceState {
    return { tail: this.tail.snapshot(), errorSums: errorSums.snapshot() };
  }

  restore(state: EvidenceState, { errorSums }: Detector): void {
    this.tail.restore(state.tail);
    errorSums.restore(state.errorSums);
  }
}

/** Whether a model is so young that it has not seen a whole day. */
export function isYoung(learnedHours: number): boolean {
  return learnedHours < SETTLED_HOURS;
}
