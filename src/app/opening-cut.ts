import { type Detector, type Judgement, openingCut, ScoreTail } from '../detect/index.ts';

/** What evidence there was beyond the last windows. */
export interface EvidenceState {
  readonly tail: ReturnType<ScoreTail['snapshot']>;
  /** Absent in what older versions wrote: begun anew. */
  readonly told?: ReturnType<ScoreTail['snapshot']>;
  readonly errorSums: ReturnType<Detector['errorSums']['snapshot']>;
  /** Absent in what older versions stored. */
  readonly tailSums?: ReturnType<Detector['tailSums']['snapshot']>;
}

/**
 * How much stricter than theory P3, which the digest tells of, begins: the scores of quiet simulated systems fall by a factor of e in
 * 1.3 to 1.5 units, where theory says one (docs/detection.md, section 6). What people are told of needs harm besides, which chance
 * seldom does.
 */
const TAIL_FACTOR = 1.3;

/** Scores at which incidents open: those at P0 to P2, which people are told of, and those at P3. */
export interface Cuts {
  readonly told: number;
  readonly any: number;
}

/** What a window came to, after incidents were told of it. */
export interface JudgedWindow {
  readonly traces: number;
  /** Its largest score, and its largest of a cause that would open at P0 to P2; 0 when there is none. */
  readonly score: number;
  readonly toldScore: number;
  readonly cuts: Cuts;
  /** An incident is open. */
  readonly covered: boolean;
}

/**
 * The scores at which incidents open, by the budget: what theory says, and what is learned of quiet scores. The budget counts
 * openings at P0 to P2, and chance makes P3 sooner: so the tails of the two are learned apart.
 */
export class OpeningCut {
  readonly tail = new ScoreTail();
  readonly told = new ScoreTail();
  #opened = false;
  #openedTold = false;

  cuts(perWeek: number, hypotheses: number): Cuts {
    const theory = openingCut({ perWeek, hypotheses });
    const any = this.tail.cut(perWeek, TAIL_FACTOR * theory);
    return { any, told: Math.min(any, this.told.cut(perWeek, theory)) };
  }

  /** An incident opened or reopened, in the window that is judged next. Returns how many the budget counts of it: 1 or 0. */
  opens(isTold: boolean): number {
    this.#opened = true;
    this.#openedTold ||= isTold;
    return isTold ? 1 : 0;
  }

  judged({ toMs }: Judgement, { traces, score, toldScore, cuts, covered }: JudgedWindow): void {
    const [opened, openedTold] = [this.#opened, this.#openedTold];
    this.#opened = this.#openedTold = false;
    // Nobody was there: that is no calm.
    if (traces === 0) return;
    this.tail.observe(score, { toMs, cut: cuts.any, opened, covered });
    this.told.observe(toldScore, { toMs, cut: cuts.told, opened: openedTold, covered });
  }

  snapshot({ errorSums, tailSums }: Detector): EvidenceState {
    return {
      tail: this.tail.snapshot(),
      told: this.told.snapshot(),
      errorSums: errorSums.snapshot(),
      tailSums: tailSums.snapshot(),
    };
  }

  restore(state: EvidenceState, { errorSums, tailSums }: Detector): void {
    this.tail.restore(state.tail);
    if (state.told !== undefined) this.told.restore(state.told);
    errorSums.restore(state.errorSums);
    if (state.tailSums !== undefined) tailSums.restore(state.tailSums);
  }
}
