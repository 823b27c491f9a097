import { addTally, emptyTally, type Tally } from './tally.ts';

export interface TallyRingState {
  readonly newest: number;
  readonly buckets: readonly (readonly [number, Tally])[];
}

/** Tallies by buckets of time, the newest `buckets` of them: what a sliding window is summed from. */
export class TallyRing {
  readonly bucketMs: number;
  readonly #buckets: number;
  readonly #quantiles: boolean;
  readonly #of = new Map<number, Tally>();
  /** Number of the newest bucket: its start over `bucketMs`. */
  #newest = -1;

  constructor(options: { readonly bucketMs: number; readonly spanMs: number; readonly quantiles: boolean }) {
    this.bucketMs = options.bucketMs;
    this.#buckets = Math.ceil(options.spanMs / options.bucketMs) + 1;
    this.#quantiles = options.quantiles;
  }

  /** Adds what was seen in the stretch that begins at `atMs`; what is older than the ring says nothing any more. */
  add(atMs: number, tally: Tally): void {
    const bucket = Math.floor(atMs / this.bucketMs);
    this.#newest = Math.max(this.#newest, bucket);
    this.#forget();
    if (bucket <= this.#newest - this.#buckets) return;
    let into = this.#of.get(bucket);
    if (into === undefined) this.#of.set(bucket, (into = emptyTally(this.#quantiles)));
    addTally(into, tally);
  }

  /** All buckets that begin in [fromMs, toMs), as one. */
  sum(fromMs: number, toMs: number): Tally {
    const sum = emptyTally(this.#quantiles);
    for (const [bucket, tally] of this.#of) {
      const atMs = bucket * this.bucketMs;
      if (atMs >= fromMs && atMs < toMs) addTally(sum, tally);
    }
    return sum;
  }

  isEmptyAt(nowMs: number): boolean {
    this.advance(nowMs - 1);
    return this.#of.size === 0;
  }

  snapshot(): TallyRingState {
    return { newest: this.#newest, buckets: [...this.#of] };
  }

  restore({ newest, buckets }: TallyRingState): void {
    this.#newest = newest;
    this.#of.clear();
    for (const [bucket, { seen, weight, bad, histogram }] of buckets) {
      const own = emptyTally(this.#quantiles);
      addTally(own, { seen, weight, bad, ...(histogram && { histogram }) });
      this.#of.set(bucket, own);
    }
    this.#forget();
  }

  /** Time moves on also when nothing comes. */
  advance(atMs: number): void {
    this.#newest = Math.max(this.#newest, Math.floor(atMs / this.bucketMs));
    this.#forget();
  }

  #forget(): void {
    const oldest = this.#newest - this.#buckets;
    for (const bucket of this.#of.keys()) if (bucket <= oldest) this.#of.delete(bucket);
  }
}
