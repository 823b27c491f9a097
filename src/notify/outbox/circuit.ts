import type { Random } from '../../runtime/index.ts';

/** One lane that fails may be its own message's fault; three in a row without a success are the receiver's. */
const OPEN_AFTER = 3;
const FIRST_PAUSE_MS = 1000;
/** A receiver that is back is noticed within this. */
const MAX_PAUSE_MS = 60_000;

/**
 * Whether a channel as a whole is down: then it is asked again now and then, with one message, however many wait. Each
 * pause is between half of its ceiling and all of it; the ceiling doubles.
 */
export class Circuit {
  readonly #random: Random;
  #failures = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Attempts that failed since the last that did not. */
  get failures(): number {
    return this.#failures;
  }

  get open(): boolean {
    return this.#failures >= OPEN_AFTER;
  }

  /** The receiver answered for this message. True when it is back. */
  answered(): boolean {
    const back = this.open;
    this.#failures = 0;
    return back;
  }

  /** An attempt failed; how long to leave the channel alone: 0 while it may be one message's fault. */
  failed(): number {
    this.#failures++;
    if (!this.open) return 0;
    const ceiling = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.#failures - OPEN_AFTER, 10));
    return Math.ceil(ceiling * (0.5 + this.#random() / 2));
  }
}
