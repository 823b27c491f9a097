/** A label set that has series of its own, and when it was last seen. */
export interface Seat {
  lastSeenMs: number;
}

/**
 * At most `limit` label sets have series: first come, first served, so that a series stays the same from scrape to
 * scrape. Who is not seen for `idleMs` of event time gives the seat back.
 */
export class Seats<T extends Seat> {
  readonly limit: number;
  readonly #seats = new Map<string, T>();
  readonly #waiting = new Set<string>();

  constructor(limit: number) {
    this.limit = limit;
  }

  /** The seat of `key`, made while there is room; undefined when there is none. */
  take(key: string, make: () => T): T | undefined {
    const known = this.#seats.get(key);
    if (known !== undefined) return known;
    if (this.#seats.size >= this.limit) {
      // Counted exactly up to as many again: beyond, "at least".
      if (this.#waiting.size < this.limit + MOST_COUNTED) this.#waiting.add(key);
      return undefined;
    }
    const fresh = make();
    this.#seats.set(key, fresh);
    this.#waiting.delete(key);
    return fresh;
  }

  /** Takes back the seats of those not seen since; whether any was. */
  free(beforeMs: number): boolean {
    let freed = false;
    for (const [key, { lastSeenMs }] of this.#seats) {
      if (lastSeenMs >= beforeMs) continue;
      this.#seats.delete(key);
      freed = true;
    }
    if (freed) this.#waiting.clear();
    return freed;
  }

  values(): Iterable<T> {
    return this.#seats.values();
  }

  /** Who asked and got none. */
  get leftOut(): number {
    return this.#waiting.size;
  }
}

const MOST_COUNTED = 50_000;
