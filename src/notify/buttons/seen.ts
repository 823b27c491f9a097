/** Within a window of minutes more presses than these are no people. */
const MOST = 10_000;

/**
 * What was taken within the last `windowMs`, so that a copy of a signed request does nothing. Only what was verified is
 * remembered: nobody else can fill it. When it is full the oldest go.
 */
export class Seen {
  readonly #windowMs: number;
  readonly #at = new Map<string, number>();

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** True the first time within the window. */
  first(key: string, nowMs: number): boolean {
    for (const [old, at] of this.#at) {
      if (at > nowMs - this.#windowMs && this.#at.size < MOST) break;
      this.#at.delete(old);
    }
    if (this.#at.has(key)) return false;
    this.#at.set(key, nowMs);
    return true;
  }
}
