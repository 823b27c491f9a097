/** The only clock of the process: the wall's in commands, a fake one in tests. Event time is the watermark's. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once, `delayMs` from now by this clock. The returned function cancels. */
  after(delayMs: number, callback: () => void): () => void;
}

export function createWallClock(): Clock {
  return {
    now: () => Date.now(),
    after: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
  };
}

/** A clock that moves only when told: event time, and tests. Callbacks run in order of their time, then of asking. */
export class ManualClock implements Clock {
  #now: number;
  #order = 0;
  #timers: { at: number; order: number; callback: () => void }[] = [];

  constructor(startMs = 0) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delayMs), order: this.#order++, callback };
    this.#timers.push(timer);
    this.#timers.sort((a, b) => a.at - b.at || a.order - b.order);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Moves to `toMs`, never back, and runs what falls due on the way. */
  advanceTo(toMs: number): void {
    while (this.#timers.length > 0 && this.#timers[0].at <= toMs) {
      const due = this.#timers.shift();
      if (due === undefined) break;
      if (due.at > this.#now) this.#now = due.at;
      due.callback();
    }
    if (toMs > this.#now) this.#now = toMs;
  }

  advance(byMs: number): void {
    this.advanceTo(this.#now + byMs);
  }
}
