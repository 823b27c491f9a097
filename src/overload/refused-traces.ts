/** Bits of a generation: half a megabyte; a million refused traces fill a quarter of it. */
const BITS = 2 ** 22;

/**
 * Which traces were refused lately: two generations of a Bloom filter (B. Bloom, CACM 13(7), 1970) of two hashes. It
 * never forgets one within a generation's time; what it takes for refused and was not is refused whole.
 */
export class RefusedTraces {
  readonly #generationMs: number;
  #young = new Uint32Array(BITS / 32);
  #old = new Uint32Array(BITS / 32);
  #turnsAt = 0;
  #used = false;

  /** A trace is remembered for one to two generations. */
  constructor(generationMs: number) {
    this.#generationMs = generationMs;
  }

  /** `a` and `b`: two hashes of a trace id. */
  add(a: number, b: number, nowMs: number): void {
    this.#turn(nowMs);
    this.#used = true;
    this.#young[(a >>> 5) & WORD_MASK] |= 1 << (a & 31);
    this.#young[(b >>> 5) & WORD_MASK] |= 1 << (b & 31);
  }

  has(a: number, b: number, nowMs: number): boolean {
    this.#turn(nowMs);
    return isIn(this.#young, a, b) || isIn(this.#old, a, b);
  }

  #turn(nowMs: number): void {
    if (nowMs < this.#turnsAt) return;
    // Nobody came for a generation or longer: what is young is as old as can be.
    const turns = nowMs - this.#turnsAt >= this.#generationMs ? 2 : 1;
    this.#turnsAt = nowMs + this.#generationMs;
    if (!this.#used) return;
    for (let i = 0; i < turns; i++) {
      const idle = this.#old;
      this.#old = this.#young;
      this.#young = idle.fill(0);
    }
    this.#used = this.#old.some((word) => word !== 0);
  }
}

const WORD_MASK = BITS / 32 - 1;

function isIn(bits: Uint32Array, a: number, b: number): boolean {
  return (
    (bits[(a >>> 5) & WORD_MASK] & (1 << (a & 31))) !== 0 &&
    (bits[(b >>> 5) & WORD_MASK] & (1 << (b & 31))) !== 0
  );
}
