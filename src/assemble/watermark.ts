/** Traces agree on a jump when they lie this close: traffic of a trace in ten minutes must get on, too. */
const AGREE_US = 30 * 60_000_000;
/** Votes remembered: a few liars must not push out the honest ones. */
const MAX_VOTES = 16;
/** Ends further beyond the ceiling are wrong, whatever our own clock says. */
const MOST_BEYOND_US = 5 * 60_000_000;
/** A clock that goes back by more was set; less is what synchronising does. */
const SET_BACK_US = 1_000_000;
/** So long nothing but ends beyond the ceiling: then it is our clock that is behind. Twice the batching interval of an OTel SDK. */
const ALONE_US = 10_000_000;

export interface WatermarkState {
  readonly us: number;
  readonly votes: readonly { traceLow: number; us: number }[];
  readonly ahead: number;
  readonly jumps: number;
  readonly jumpedToUs: number;
  /** Absent in what was written before there was one. */
  readonly heardAtUs?: number;
  readonly clock?: { readonly us: number; readonly setBackUs: number };
}

/**
 * How far event time has come: the latest span end that can be believed. A time more than `maxAheadUs` beyond it (the
 * year 2100, a host with a wrong clock) does not move it until `votesToJump` different traces agree within
 * half an hour of each other: then it is a gap in the input, and the watermark jumps.
 *
 * Where there is a clock, no time beyond it (`ceilingUs`) is event time: a span is heard of after it ended. Such ends move
 * nothing, alone or together, as they come from hosts whose clocks are ahead or from liars; while honest spans come, these
 * say what time it is. When for ten seconds none did, it is our clock that is behind, and time goes as far as our clock.
 * A clock that is set back takes no time back: the ceiling goes on from where it was.
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
  /** The clock's time with some tolerance, where there is a clock: the watermark never goes beyond it by what spans say. */
  ceilingUs: () => number = () => Number.POSITIVE_INFINITY;
  /** Where the last jump landed: what was touched before it has waited no time at all. */
  jumpedToUs = 0;
  /** The ceiling when a span below it last moved time, or ended within five minutes of it; 0 before the first span, or without a clock. */
  #heardAtUs = 0;
  /** The ceiling as it was asked last, and by how much it was set back in all. */
  #clock = { us: 0, setBackUs: 0 };

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
    const ceilingUs = this.#ceiling();
    if (endUs > ceilingUs) return this.#beyond(endUs, traceLow, ceilingUs);
    const isHonest = endUs > this.#us || endUs > ceilingUs - MOST_BEYOND_US;
    if (isHonest && Number.isFinite(ceilingUs)) this.#heardAtUs = ceilingUs;
    this.#move(endUs, traceLow);
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
      heardAtUs: this.#heardAtUs,
      clock: { ...this.#clock },
    };
  }

  restore(state: WatermarkState): void {
    this.#us = state.us;
    this.#votes = [...state.votes];
    this.ahead = state.ahead;
    this.jumps = state.jumps;
    this.jumpedToUs = state.jumpedToUs;
    this.#heardAtUs = state.heardAtUs ?? 0;
    this.#clock = { us: 0, setBackUs: 0, ...state.clock };
  }

  #ceiling(): number {
    const us = this.ceilingUs();
    if (!Number.isFinite(us)) return us;
    if (us < this.#clock.us - SET_BACK_US) this.#clock.setBackUs += this.#clock.us - us;
    this.#clock.us = us;
    return us + this.#clock.setBackUs;
  }

  #beyond(endUs: number, traceLow: number, ceilingUs: number): void {
    this.ahead++;
    if (this.#heardAtUs === 0) this.#heardAtUs = ceilingUs;
    if (endUs > ceilingUs + MOST_BEYOND_US || ceilingUs < this.#heardAtUs + ALONE_US) return;
    this.#move(ceilingUs, traceLow);
  }

  #move(endUs: number, traceLow: number): void {
    if (endUs <= this.#us) return;
    if (endUs <= this.#us + this.#maxAheadUs) {
      this.#us = endUs;
      return;
    }
    this.ahead++;
    this.#consider(endUs, traceLow);
  }

  #consider(endUs: number, traceLow: number): void {
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
