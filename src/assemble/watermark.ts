/** Traces agree on a jump when they lie this close: traffic of a trace in ten minutes must get on, too. */
const AGREE_US = 30 * 60_000_000;
/** Votes remembered: a few liars must not push out the honest ones. */
const MAX_VOTES = 16;

export interface WatermarkState {
  readonly us: number;
  readonly votes: readonly { traceLow: number; us: number }[];
  readonly ahead: number;
  readonly jumps: number;
  readonly jumpedToUs: number;
}

/**
 * How far event time has come: the latest span end that can be believed. A time more than `maxAheadUs` beyond it (the
 * year 2100, a host with a wrong clock) does not move it until `votesToJump` different traces agree within
 * half an hour of each other: then it is a gap in the input, and the watermark jumps.
 */
export class Watermark {
  readonly #maxAheadUs: number;
  readonly #votesToJump: number;
  #us = 0;
  #votes: { traceLow: number; us: number }[] = [];
  /** Span ends that were too far ahead to be believed. */
  ahead = 0;
  /** Jumps over a gap. */
  jumps = 0;
  /** Times beyond it are never believed, however many agree: the clock's, where there is one. */
  ceilingUs: () => number = () => Number.POSITIVE_INFINITY;
  /** Where the last jump landed: what was touched before it has waited no time at all. */
  jumpedToUs = 0;

  /** 60 s ahead is far beyond honest clock skew and batching; three traces are more than one confused sender's. */
  constructor(maxAheadUs = 60_000_000, votesToJump = 3) {
    this.#maxAheadUs = maxAheadUs;
    this.#votesToJump = votesToJump;
  }

  get us(): number {
    return this.#us;
  }

  /** A span of trace `traceLow` (low id word) ended at `endUs`. */
  observe(endUs: number, traceLow: number): void {
    if (endUs <= this.#us) return;
    if (endUs <= this.#us + this.#maxAheadUs) {
      this.#us = endUs;
      return;
    }
    this.#consider(endUs, traceLow);
  }

  /** The clock moves on without spans. Never back. */
  advanceTo(us: number): void {
    if (us > this.#us) this.#us = us;
  }

  snapshot(): WatermarkState {
    return {
      us: this.#us,
      votes: this.#votes,
      ahead: this.ahead,
      jumps: this.jumps,
      jumpedToUs: this.jumpedToUs,
    };
  }

  restore(state: WatermarkState): void {
    this.#us = state.us;
    this.#votes = [...state.votes];
    this.ahead = state.ahead;
    this.jumps = state.jumps;
    this.jumpedToUs = state.jumpedToUs;
  }

  #consider(endUs: number, traceLow: number): void {
    this.ahead++;
    if (endUs > this.ceilingUs()) return;
    const others = this.#votes.filter((v) => v.traceLow !== traceLow);
    const agreeing = others.filter((v) => Math.abs(v.us - endUs) <= AGREE_US);
    if (agreeing.length + 1 >= this.#votesToJump) {
      this.#us = Math.min(endUs, ...agreeing.map((v) => v.us));
      this.#votes = [];
      this.jumpedToUs = this.#us;
      this.jumps++;
      return;
    }
    others.push({ traceLow, us: endUs });
    this.#votes = others.slice(-MAX_VOTES);
  }
}
