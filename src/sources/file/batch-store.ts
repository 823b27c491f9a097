import { copySpan } from '../../domain/copy-span.ts';
import type { Names } from '../../domain/names.ts';
import { SpanBatch } from '../../domain/span-batch.ts';

/** Bytes of all columns of one span. */
export const BYTES_PER_SPAN = 79;
/** Below it a plain loop is quicker than fifteen `set` calls. */
const FEW_SPANS = 8;

/** Batches that are used again, by capacity in powers of two: reading a file in steady state allocates none. */
export class BatchPool {
  readonly #names: Names;
  readonly #free: SpanBatch[][] = [];

  constructor(names: Names) {
    this.#names = names;
  }

  /** An empty batch with room for `spans`. */
  take(spans: number): SpanBatch {
    const size = sizeClass(spans);
    return this.#free[size]?.pop() ?? new SpanBatch(this.#names, 1 << size);
  }

  give(batch: SpanBatch): void {
    batch.clear();
    (this.#free[sizeClass(batch.capacity)] ??= []).push(batch);
  }
}

/** At least 16 spans: smaller batches would be all overhead. */
function sizeClass(spans: number): number {
  return Math.max(4, 32 - Math.clz32(Math.max(0, spans - 1)));
}

/** Appends the spans [start, end) of `from`. */
export function appendRange(from: SpanBatch, start: number, end: number, to: SpanBatch): void {
  if (end - start <= FEW_SPANS || to.length + (end - start) > to.capacity) {
    for (let i = start; i < end; i++) copySpan(from, i, to, to.push());
    return;
  }
  const at = to.length;
  to.traceId.set(from.traceId.subarray(start * 4, end * 4), at * 4);
  to.spanId.set(from.spanId.subarray(start * 2, end * 2), at * 2);
  to.parentId.set(from.parentId.subarray(start * 2, end * 2), at * 2);
  to.service.set(from.service.subarray(start, end), at);
  to.operation.set(from.operation.subarray(start, end), at);
  to.instance.set(from.instance.subarray(start, end), at);
  to.version.set(from.version.subarray(start, end), at);
  to.node.set(from.node.subarray(start, end), at);
  to.peer.set(from.peer.subarray(start, end), at);
  to.kind.set(from.kind.subarray(start, end), at);
  to.flags.set(from.flags.subarray(start, end), at);
  to.statusClass.set(from.statusClass.subarray(start, end), at);
  to.startUs.set(from.startUs.subarray(start, end), at);
  to.durationUs.set(from.durationUs.subarray(start, end), at);
  to.weight.set(from.weight.subarray(start, end), at);
  to.length = at + end - start;
}

/** Drops the spans that end outside [fromUs, toUs), in place; returns how many. */
export function keepEndsWithin(batch: SpanBatch, fromUs: number, toUs: number): number {
  let kept = 0;
  for (let i = 0; i < batch.length; i++) {
    const endUs = batch.startUs[i] + batch.durationUs[i];
    if (endUs < fromUs || endUs >= toUs) continue;
    if (kept !== i) copySpan(batch, i, batch, kept);
    kept++;
  }
  const dropped = batch.length - kept;
  batch.truncate(kept);
  return dropped;
}
