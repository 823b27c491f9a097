export interface RecentlyClosedState {
  readonly turnAtUs: number;
  readonly young: KeySetState;
  readonly old: KeySetState;
}

interface KeySetState {
  readonly size: number;
  readonly keys: Int32Array;
}

/**
 * Which trace ids and span ids were closed lately: a span that comes again (a retried export, an overlapping poll) is
 * known for a duplicate, and a span of a closed trace for a late one. Two generations of a flat set of 64-bit keys,
 * turned by event time and by size, so memory is bounded: an entry lives between one and two generations.
 */
export class RecentlyClosed {
  readonly #maxEntries: number;
  readonly #generationUs: number;
  #young: KeySet;
  #old: KeySet;
  #turnAtUs = 0;

  /** Two generations of 8 bytes x 2 slots an entry: 2^18 entries cost 8 MB in all. */
  constructor(maxEntries = 1 << 18, generationUs = 60_000_000) {
    this.#maxEntries = maxEntries;
    this.#generationUs = generationUs;
    this.#young = new KeySet(1024);
    this.#old = new KeySet(1024);
  }

  add(high: number, low: number, watermarkUs: number): void {
    if (watermarkUs >= this.#turnAtUs || this.#young.size >= this.#maxEntries) this.#turn(watermarkUs);
    this.#young.add(high, low);
  }

  has(high: number, low: number): boolean {
    return this.#young.has(high, low) || this.#old.has(high, low);
  }

  snapshot(): RecentlyClosedState {
    return { turnAtUs: this.#turnAtUs, young: this.#young.snapshot(), old: this.#old.snapshot() };
  }

  restore(state: RecentlyClosedState): void {
    this.#turnAtUs = state.turnAtUs;
    this.#young = KeySet.from(state.young);
    this.#old = KeySet.from(state.old);
  }

  #turn(watermarkUs: number): void {
    this.#old = this.#young;
    // As large as the last one became: growing by doubling enters every key twice.
    this.#young = new KeySet(this.#old.capacity);
    this.#turnAtUs = watermarkUs + this.#generationUs;
  }
}

class KeySet {
  size = 0;
  #keys: Int32Array;
  #mask: number;

  constructor(capacity: number) {
    this.#keys = new Int32Array(capacity * 2);
    this.#mask = capacity - 1;
  }

  static from({ size, keys }: KeySetState): KeySet {
    const set = new KeySet(keys.length / 2);
    set.size = size;
    set.#keys.set(keys);
    return set;
  }

  snapshot(): KeySetState {
    return { size: this.size, keys: this.#keys };
  }

  get capacity(): number {
    return this.#mask + 1;
  }

  has(high: number, low: number): boolean {
    return this.#keys[this.#slotOf(high, low) * 2 + 1] !== 0;
  }

  add(high: number, low: number): void {
    if (this.size * 2 >= this.#mask) this.#grow();
    const slot = this.#slotOf(high, low);
    if (this.#keys[slot * 2 + 1] !== 0) return;
    this.#keys[slot * 2] = high;
    this.#keys[slot * 2 + 1] = low === 0 ? 1 : low;
    this.size++;
  }

  /** The slot that holds the key, or the empty one where it would go. A low word of 0 is stored as 1. */
  #slotOf(high: number, lowWord: number): number {
    const low = lowWord === 0 ? 1 : lowWord;
    const keys = this.#keys;
    let slot = Math.imul(low ^ Math.imul(high, 0x9e3779b9), 0x85ebca6b);
    slot = (slot ^ (slot >>> 16)) & this.#mask;
    while (keys[slot * 2 + 1] !== 0 && (keys[slot * 2 + 1] !== low || keys[slot * 2] !== high)) {
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }

  #grow(): void {
    const old = this.#keys;
    this.#keys = new Int32Array(old.length * 2);
    this.#mask = this.#keys.length / 2 - 1;
    this.size = 0;
    for (let i = 0; i < old.length; i += 2) if (old[i + 1] !== 0) this.add(old[i], old[i + 1]);
  }
}
