/** A week of minutes, or hours of seconds: a clock that is wrong for longer is set right by somebody who restarts. */
const MOST_PLACES = 10_000;

/** Where a source was at its polls, epoch milliseconds, in order. */
export class Places {
  readonly #places: number[] = [];

  /** Only what was read by whole polls: in the middle of one that goes to a wrong end, places are wrong too. */
  add(throughMs: number): void {
    if (throughMs <= (this.#places.at(-1) ?? Number.NEGATIVE_INFINITY)) return;
    this.#places.push(throughMs);
    if (this.#places.length > MOST_PLACES) this.#places.shift();
  }

  /**
   * Where the clock jumped ahead by `byMs` at least: the place before the widest such gap, or, when it was ahead since the
   * beginning, the first place as it should have been. Places after it are forgotten; undefined when there was none.
   */
  beforeJump(byMs: number): number | undefined {
    const places = this.#places;
    let before = -1;
    for (let i = 1, widest = byMs; i < places.length; i++) {
      const gapMs = places[i] - places[i - 1];
      if (gapMs < widest) continue;
      widest = gapMs;
      before = i - 1;
    }
    const first = places.at(0);
    places.length = before + 1;
    return places.at(-1) ?? (first === undefined ? undefined : first - byMs);
  }
}
