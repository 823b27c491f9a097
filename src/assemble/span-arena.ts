import type { SpanBatch } from '../domain/span-batch.ts';
import { widened } from '../domain/widened.ts';

export type SpanArenaState = Readonly<
  Pick<SpanArena, 'next' | 'spanId' | 'parentId' | 'names' | 'marks' | 'startUs' | 'durationUs' | 'weight'>
> & { readonly free: number; readonly live: number };

/**
 * The spans of open traces, as columns with a free list: 70 bytes a span, no object. Chains by `next` hold the spans of
 * a trace. Grows by doubling up to `maxSpans`.
 */
export class SpanArena {
  /** More only after a restart with a smaller limit than what was open. */
  maxSpans: number;
  next: Int32Array;
  spanId: Int32Array;
  parentId: Int32Array;
  /** service, operation, instance, version, node, peer: six words a span. */
  names: Int32Array;
  /** kind, flags, statusClass: three bytes a span. */
  marks: Uint8Array;
  startUs: Float64Array;
  durationUs: Float64Array;
  weight: Float32Array;
  #capacity: number;
  #free = -1;
  #used = 0;
  #live = 0;

  constructor(maxSpans: number) {
    this.maxSpans = maxSpans;
    const capacity = Math.min(maxSpans, 4096);
    this.#capacity = capacity;
    this.next = new Int32Array(capacity);
    this.spanId = new Int32Array(capacity * 2);
    this.parentId = new Int32Array(capacity * 2);
    this.names = new Int32Array(capacity * 6);
    this.marks = new Uint8Array(capacity * 3);
    this.startUs = new Float64Array(capacity);
    this.durationUs = new Float64Array(capacity);
    this.weight = new Float32Array(capacity);
  }

  get live(): number {
    return this.#live;
  }

  get full(): boolean {
    return this.#free < 0 && this.#used === this.maxSpans;
  }

  /** Copies span `i` of `batch`; the caller has checked `full`. Returns its place. */
  take(batch: SpanBatch, i: number): number {
    const at = this.#place();
    this.#live++;
    this.spanId[at * 2] = batch.spanId[i * 2];
    this.spanId[at * 2 + 1] = batch.spanId[i * 2 + 1];
    this.parentId[at * 2] = batch.parentId[i * 2];
    this.parentId[at * 2 + 1] = batch.parentId[i * 2 + 1];
    const n = at * 6;
    this.names[n] = batch.service[i];
    this.names[n + 1] = batch.operation[i];
    this.names[n + 2] = batch.instance[i];
    this.names[n + 3] = batch.version[i];
    this.names[n + 4] = batch.node[i];
    this.names[n + 5] = batch.peer[i];
    const m = at * 3;
    this.marks[m] = batch.kind[i];
    this.marks[m + 1] = batch.flags[i];
    this.marks[m + 2] = batch.statusClass[i];
    this.startUs[at] = batch.startUs[i];
    this.durationUs[at] = batch.durationUs[i];
    this.weight[at] = batch.weight[i];
    this.next[at] = -1;
    return at;
  }

  /** Gives back a whole chain. */
  release(head: number, tail: number, count: number): void {
    this.next[tail] = this.#free;
    this.#free = head;
    this.#live -= count;
  }

  snapshot(): SpanArenaState {
    const used = this.#used;
    return {
      free: this.#free,
      live: this.#live,
      next: this.next.subarray(0, used),
      spanId: this.spanId.subarray(0, used * 2),
      parentId: this.parentId.subarray(0, used * 2),
      names: this.names.subarray(0, used * 6),
      marks: this.marks.subarray(0, used * 3),
      startUs: this.startUs.subarray(0, used),
      durationUs: this.durationUs.subarray(0, used),
      weight: this.weight.subarray(0, used),
    };
  }

  /** Into an empty arena. */
  restore(state: SpanArenaState): void {
    const used = state.next.length;
    this.maxSpans = Math.max(this.maxSpans, used);
    while (this.#capacity < used) this.#grow();
    this.#used = used;
    this.#free = state.free;
    this.#live = state.live;
    this.next.set(state.next);
    this.spanId.set(state.spanId);
    this.parentId.set(state.parentId);
    this.names.set(state.names);
    this.marks.set(state.marks);
    this.startUs.set(state.startUs);
    this.durationUs.set(state.durationUs);
    this.weight.set(state.weight);
  }

  #place(): number {
    if (this.#free >= 0) {
      const at = this.#free;
      this.#free = this.next[at];
      return at;
    }
    if (this.#used === this.#capacity) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const capacity = Math.min(this.maxSpans, this.#capacity * 2);
    this.#capacity = capacity;
    this.next = widened(this.next, capacity);
    this.spanId = widened(this.spanId, capacity * 2);
    this.parentId = widened(this.parentId, capacity * 2);
    this.names = widened(this.names, capacity * 6);
    this.marks = widened(this.marks, capacity * 3);
    this.startUs = widened(this.startUs, capacity);
    this.durationUs = widened(this.durationUs, capacity);
    this.weight = widened(this.weight, capacity);
  }
}
