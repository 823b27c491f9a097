import { copySpan } from '../domain/copy-span.ts';
import type { SpanBatch } from '../domain/span-batch.ts';
import { RefusedTraces } from './refused-traces.ts';

/** What is open is kept: whether a trace (four id words at `at`) has spans in the assembler. */
export type IsOpen = (words: Int32Array, at: number) => boolean;

/** Traces last seconds; one refused is remembered for 30 to 60 s after, longer than a trace without root waits. */
const REMEMBERED_MS = 30_000;

/**
 * Leaves whole traces out by a hash of their id, so that every process that sheds the same share keeps the same ones
 * (consistent probability sampling, as OpenTelemetry's TraceIdRatioBased). A trace that is open stays, one of which
 * spans were refused stays out, while the share moves. What stays stands for more: its weight is divided by the share.
 */
export class TraceShedder {
  readonly #isOpen: IsOpen;
  readonly #refused = new RefusedTraces(REMEMBERED_MS);

  constructor(isOpen: IsOpen) {
    this.#isOpen = isOpen;
  }

  /** Takes the spans of what is shed out of the batch, in place. Returns how many. */
  shed(batch: SpanBatch, keptShare: number, nowMs: number): number {
    const threshold = keptShare * 2 ** 32;
    let to = 0;
    for (let i = 0; i < batch.length; i++) {
      if (!this.#keeps(batch.traceId, i * 4, threshold, nowMs)) continue;
      if (to !== i) copySpan(batch, i, batch, to);
      batch.weight[to] /= keptShare;
      to++;
    }
    const left = batch.length - to;
    batch.truncate(to);
    return left;
  }

  #keeps(words: Int32Array, at: number, threshold: number, nowMs: number): boolean {
    if (this.#isOpen(words, at)) return true;
    const a = mixed(words[at + 2] ^ Math.imul(words[at], 0x9e3779b9), words[at + 3]);
    const b = mixed(words[at + 3], words[at + 2] ^ words[at + 1]);
    if (a < threshold && !this.#refused.has(a, b, nowMs)) return true;
    this.#refused.add(a, b, nowMs);
    return false;
  }
}

/** 32 well-mixed bits of two words (the finaliser of MurmurHash3, A. Appleby): ids need not be random. */
function mixed(x: number, y: number): number {
  let h = x ^ Math.imul(y, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
