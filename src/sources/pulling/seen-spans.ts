import { SERVER_BITS } from '../../domain/shared-id.ts';
import { SpanKind, type SpanBatch } from '../../domain/span-batch.ts';
import { idKey } from './id-key.ts';

/** Two sets of a million keys are some 100 MB at worst; a minute of 5,000 spans a second is a third of one. */
const MOST_KEYS = 1 << 20;

/**
 * Spans that were handed over, for as long as polls read them again: whoever was handed over is not handed over twice,
 * though its trace was closed since. Two generations, turned by the time that was read and by size. Keys are of
 * trace, span id and kind: client and server of one call may share an id.
 */
export class SeenSpans {
  readonly #keepMs: number;
  readonly #mostKeys: number;
  #young = new Set<number>();
  #old = new Set<number>();
  #turnedAtMs = Number.NEGATIVE_INFINITY;
  #newestMs = Number.NEGATIVE_INFINITY;
  #throughMs = Number.NEGATIVE_INFINITY;
  /** What had been read when each generation began. */
  #youngSinceMs = Number.NEGATIVE_INFINITY;
  #oldSinceMs = Number.NEGATIVE_INFINITY;

  /** Keeps what was added for at least `keepMs` of what is read, and at most `mostKeys` in each generation. */
  constructor(keepMs: number, mostKeys = MOST_KEYS) {
    this.#keepMs = keepMs;
    this.#mostKeys = mostKeys;
  }

  /** All that was handed over since this had been read is remembered; epoch milliseconds. */
  get sinceMs(): number {
    return this.#oldSinceMs;
  }

  /** What was handed over before is known to none: a process before this one did it. */
  goOnFrom(throughMs: number): void {
    this.#throughMs = this.#youngSinceMs = this.#oldSinceMs = throughMs;
  }

  /** Whether span `i` was added; if so it is kept for another while, where there is room: what is new goes first. */
  has(batch: SpanBatch, i: number): boolean {
    const key = keyOf(batch, i);
    if (this.#young.has(key)) return true;
    if (!this.#old.has(key)) return false;
    if (this.#young.size < this.#mostKeys) this.#young.add(key);
    return true;
  }

  add(batch: SpanBatch, i: number): void {
    if (this.#young.size >= this.#mostKeys) this.#turn();
    this.#young.add(keyOf(batch, i));
    this.#newestMs = Math.max(this.#newestMs, batch.startUs[i] / 1000);
  }

  /** All before `throughMs` was read. */
  readThrough(throughMs: number): void {
    this.#throughMs = Math.max(this.#throughMs, throughMs);
    // Through time without spans, such as what a clock that is ahead asks for, nothing is forgotten.
    const newestMs = Math.min(this.#newestMs, throughMs);
    if (newestMs - this.#turnedAtMs < this.#keepMs) return;
    this.#turn();
    this.#turnedAtMs = newestMs;
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

/** A server's is the same under the id that it shared with its client, and under its own. */
function keyOf({ traceId, spanId, kind }: SpanBatch, i: number): number {
  const isOwn = kind[i] !== SpanKind.Server;
  const flip = isOwn || spanId[i * 2] < (spanId[i * 2] ^ SERVER_BITS) ? 0 : SERVER_BITS;
  return idKey(traceId, spanId, i, flip ^ Math.imul(kind[i], 0x9e3779b9));
}
