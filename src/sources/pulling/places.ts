/** A week of minutes, or hours of seconds: a clock that is wrong for longer is set right by somebody who restarts. */
const MOST_POLLS = 10_000;

interface Poll {
  /** What had been read when it began, epoch milliseconds. */
  readonly throughMs: number;
  /** By the clock. */
  readonly atMs: number;
}

/** When a source was asked, and where it was then. */
export class Places {
  readonly #polls: Poll[] = [];

  add(poll: Poll): void {
    this.#polls.push(poll);
    if (this.#polls.length > MOST_POLLS) this.#polls.shift();
  }

  /**
   * Where it was when the clock jumped ahead, by `byMs` and a pause between polls at least; or, when it was ahead since
   * the first poll, there, by the right clock. Polls since are forgotten; undefined when there was none.
   */
  beforeJump(byMs: number): number | undefined {
    const polls = this.#polls;
    if (polls.length === 0) return undefined;
    const gaps = polls.slice(1).map(({ atMs }, i) => atMs - polls[i].atMs);
    const usualMs = gaps.length < 2 ? 0 : Math.max(0, Math.min(...gaps));
    const last = gaps.findLastIndex((gapMs) => gapMs >= byMs + usualMs / 2);
    const { throughMs, atMs } = polls[last + 1];
    polls.length = last + 1;
    return last < 0 ? Math.min(throughMs, atMs - byMs) : throughMs;
  }
}
