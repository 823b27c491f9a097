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

  /** The last one that is not after `ms`; those after it are forgotten. */
  lastBefore(ms: number): number | undefined {
    while ((this.#places.at(-1) ?? Number.NEGATIVE_INFINITY) > ms) this.#places.pop();
    return this.#places.at(-1);
  }
}
