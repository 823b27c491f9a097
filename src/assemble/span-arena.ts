import type { SpanBatch } from '../domain/span-batch.ts';
import { widened } from '../domain/widened.ts';

/** A span's words in `SpanArena.words`: these, by their offset. */
export const SpanWord = {
  /** Two doubles come first: start and duration, in microseconds. */
  SpanId: 4,
  ParentId: 6,
  Service: 8,
  Operation: 9,
  Instance: 10,
  Version: 11,
  Node: 12,
  Peer: 13,
  /** The span that follows in its chain, or -1. */
  Next: 14,
  /** A float32. */
  Weight: 15,
} as const;
export const SPAN_WORDS = 16;
const SPAN_DOUBLES = SPAN_WORDS / 2;
/** kind, flags, statusClass. */
export const SPAN_MARKS = 3;
const NAMES = 6;

/** As columns: the form in which open spans are stored, whatever the form that they have in memory. */
export interface SpanArenaState {
  readonly free: number;
  readonly live: number;
  readonly next: Int32Array;
  readonly spanId: Int32Array;
  readonly parentId: Int32Array;
  /** service, operation, instance, version, node, peer: six words a span. */
  readonly names: Int32Array;
  /** kind, flags, statusClass: three bytes a span. */
  readonly marks: Uint8Array;
  readonly startUs: Float64Array;
  readonly durationUs: Float64Array;
  readonly weight: Float32Array;
}

/**
 * The spans of open traces: 67 bytes a span, no object. Chains hold the spans of a trace. Grows by doubling up to
 * `maxSpans`. Hot path: a trace's spans lie anywhere, so that each column was a line of memory of its own to wait for; the
 * 64 bytes of a span side by side are one or two.
 */
export class SpanArena {
  /** More only after a restart with a smaller limit than what was open. */
  maxSpans: number;
  /** SPAN_WORDS a span; `times` and `weights` are the same memory read as doubles and as float32. */
  words!: Int32Array<ArrayBuffer>;
  times!: Float64Array<ArrayBuffer>;
  weights!: Float32Array<ArrayBuffer>;
  /** SPAN_MARKS bytes a span. */
  marks: Uint8Array;
  #capacity: number;
  #free = -1;
  #used = 0;
  #live = 0;

  constructor(maxSpans: number) {
    this.maxSpans = maxSpans;
    const capacity = Math.min(maxSpans, 4096);
    this.#capacity = capacity;
    this.#use(new Int32Array(capacity * SPAN_WORDS));
    this.marks = new Uint8Array(capacity * SPAN_MARKS);
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
    const { words, times, marks } = this;
    const d = at * SPAN_DOUBLES;
    times[d] = batch.startUs[i];
    times[d + 1] = batch.durationUs[i];
    const w = at * SPAN_WORDS;
    words[w + SpanWord.SpanId] = batch.spanId[i * 2];
    words[w + SpanWord.SpanId + 1] = batch.spanId[i * 2 + 1];
    words[w + SpanWord.ParentId] = batch.parentId[i * 2];
    words[w + SpanWord.ParentId + 1] = batch.parentId[i * 2 + 1];
    words[w + SpanWord.Service] = batch.service[i];
    words[w + SpanWord.Operation] = batch.operation[i];
    words[w + SpanWord.Instance] = batch.instance[i];
    words[w + SpanWord.Version] = batch.version[i];
    words[w + SpanWord.Node] = batch.node[i];
    words[w + SpanWord.Peer] = batch.peer[i];
    words[w + SpanWord.Next] = -1;
    this.weights[w + SpanWord.Weight] = batch.weight[i];
    const m = at * SPAN_MARKS;
    marks[m] = batch.kind[i];
    marks[m + 1] = batch.flags[i];
    marks[m + 2] = batch.statusClass[i];
    return at;
  }

  /** `follower` comes after `at` in its chain. */
  chain(at: number, follower: number): void {
    this.words[at * SPAN_WORDS + SpanWord.Next] = follower;
  }

  /** Gives back a whole chain. */
  release(head: number, tail: number, count: number): void {
    this.chain(tail, this.#free);
    this.#free = head;
    this.#live -= count;
  }

  snapshot(): SpanArenaState {
    const { words, times, weights } = this;
    const used = this.#used;
    const state = {
      free: this.#free,
      live: this.#live,
      next: new Int32Array(used),
      spanId: new Int32Array(used * 2),
      parentId: new Int32Array(used * 2),
      names: new Int32Array(used * NAMES),
      marks: this.marks.subarray(0, used * SPAN_MARKS),
      startUs: new Float64Array(used),
      durationUs: new Float64Array(used),
      weight: new Float32Array(used),
    };
    for (let at = 0; at < used; at++) {
      const w = at * SPAN_WORDS;
      state.next[at] = words[w + SpanWord.Next];
      for (let k = 0; k < 2; k++) {
        state.spanId[at * 2 + k] = words[w + SpanWord.SpanId + k];
        state.parentId[at * 2 + k] = words[w + SpanWord.ParentId + k];
      }
      for (let k = 0; k < NAMES; k++) state.names[at * NAMES + k] = words[w + SpanWord.Service + k];
      state.startUs[at] = times[at * SPAN_DOUBLES];
      state.durationUs[at] = times[at * SPAN_DOUBLES + 1];
      state.weight[at] = weights[w + SpanWord.Weight];
    }
    return state;
  }

  /** Into an empty arena. */
  restore(state: SpanArenaState): void {
    const used = state.next.length;
    this.maxSpans = Math.max(this.maxSpans, used);
    while (this.#capacity < used) this.#grow();
    this.#used = used;
    this.#free = state.free;
    this.#live = state.live;
    this.marks.set(state.marks);
    const { words, times, weights } = this;
    for (let at = 0; at < used; at++) {
      const w = at * SPAN_WORDS;
      words[w + SpanWord.Next] = state.next[at];
      for (let k = 0; k < 2; k++) {
        words[w + SpanWord.SpanId + k] = state.spanId[at * 2 + k];
        words[w + SpanWord.ParentId + k] = state.parentId[at * 2 + k];
      }
      for (let k = 0; k < NAMES; k++) words[w + SpanWord.Service + k] = state.names[at * NAMES + k];
      times[at * SPAN_DOUBLES] = state.startUs[at];
      times[at * SPAN_DOUBLES + 1] = state.durationUs[at];
      weights[w + SpanWord.Weight] = state.weight[at];
    }
  }

  #place(): number {
    if (this.#free >= 0) {
      const at = this.#free;
      this.#free = this.words[at * SPAN_WORDS + SpanWord.Next];
      return at;
    }
    if (this.#used === this.#capacity) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const capacity = Math.min(this.maxSpans, this.#capacity * 2);
    this.#capacity = capacity;
    this.#use(widened(this.words, capacity * SPAN_WORDS));
    this.marks = widened(this.marks, capacity * SPAN_MARKS);
  }

  #use(words: Int32Array<ArrayBuffer>): void {
    this.words = words;
    this.times = new Float64Array(words.buffer);
    this.weights = new Float32Array(words.buffer);
  }
}
