import type { SpanBatch } from '../../domain/span-batch.ts';

/** Two sets of a million keys are some 100 MB at worst; a minute of 5,000 spans a second is a third of one. */
const MOST_KEYS = 1 << 20;

/**
 * Spans that were handed over, for as long as polls read them again: whoever was handed over is not handed over twice,
 * though its trace was closed since. Two generations, turned by the time that was read and by size. Keys are 53 bits of
 * trace and span id: among a million, one in ten thousand runs mistakes one span for another.
 */
export class SeenSpans {
  readonly #keepMs: number;
  #young = new Set<number>();
  #old = new Set<number>();
  #turnedAtMs = Number.NEGATIVE_INFINITY;
  #throughMs = Number.NEGATIVE_INFINITY;
  /** What had been read when each generation began. */
  #youngSinceMs = Number.NEGATIVE_INFINITY;
  #oldSinceMs = Number.NEGATIVE_INFINITY;

  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  /** All that was handed over since this had been read is remembered; epoch milliseconds. */
  get sinceMs(): number {
    return this.#oldSinceMs;
  }

  /** What was handed over before is known to none: a process before this one did it. */
  goOnFrom(throughMs: number): void {
    this.#throughMs = this.#youngSinceMs = this.#oldSinceMs = throughMs;
  }

  /** Whether span `i` was added; if so it is kept for another while. */
  has(batch: SpanBatch, i: number): boolean {
    const key = keyOf(batch, i);
    if (this.#young.has(key)) return true;
    if (!this.#old.has(key)) return false;
    this.#young.add(key);
    return true;
  }

  add(batch: SpanBatch, i: number): void {
    if (this.#young.size >= MOST_KEYS) this.#turn();
    this.#young.add(keyOf(batch, i));
  }

  /** All before `throughMs` was read. */
  readThrough(throughMs: number): void {
    this.#throughMs = Math.max(this.#throughMs, throughMs);
    if (throughMs - this.#turnedAtMs < this.#keepMs) return;
    // Through time without spans, such as what a clock that is ahead asks for, nothing is forgotten.
    if (this.#young.size > 0) this.#turn();
    this.#turnedAtMs = throughMs;
  }

  /** What was read since `throughMs` will be read again. */
  setBack(throughMs: number): void {
    this.#turnedAtMs = Math.min(this.#turnedAtMs, throughMs);
    this.#youngSinceMs = Math.min(this.#youngSinceMs, throughMs);
    this.#oldSinceMs = Math.min(this.#oldSinceMs, throughMs);
    this.#throughMs = throughMs;
  }

  #turn(): void {
    this.#old = this.#young;
    this.#young = new Set();
    this.#oldSinceMs = this.#youngSinceMs;
    this.#youngSinceMs = this.#throughMs;
  }
}

function keyOf(batch: SpanBatch, i: number): number {
  const t = i * 4;
  const s = i * 2;
  const high = mix(batch.traceId[t + 2] ^ mix(batch.spanId[s]), batch.spanId[s + 1]);
  const low = mix(batch.traceId[t + 3] ^ mix(batch.spanId[s + 1], 0x5bd1e995), batch.spanId[s]);
  return (high >>> 0) * 0x200000 + (low >>> 11);
}

/** The finaliser of MurmurHash3. */
function mix(word: number, seed = 0): number {
  let h = word ^ Math.imul(seed, 0x9e3779b9);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
