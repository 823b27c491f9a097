import type { Names } from '../domain/names.ts';
import { type CloseReason, ORPHAN, ROOT, type Trace } from '../domain/trace.ts';
import { SPAN_MARKS, SPAN_WORDS, type SpanArena, SpanWord } from './span-arena.ts';

export interface Closing {
  readonly head: number;
  /** Spans in the chain. */
  readonly count: number;
  /** The trace id is the four words at `at`. */
  readonly ids: Int32Array;
  readonly at: number;
  readonly latestEndUs: number;
  readonly reason: CloseReason;
  readonly dropped: number;
}

/** A chain of arena spans to a `Trace` in scratch columns that are used again for the next one. */
export class TraceBuilder {
  readonly #names: Names;
  #trace: Columns;
  /** Span id to local index + 1; only the first `#mask + 1` slots belong to the trace at hand. */
  #table: Int32Array;
  #mask = 0;

  constructor(names: Names) {
    this.#names = names;
    this.#trace = columns(names, 256);
    this.#table = new Int32Array(1024);
  }

  /** Drops spans whose id was seen already in this trace; resolves parents; cuts cycles. */
  build(arena: SpanArena, closing: Closing): Trace {
    const n = closing.count;
    if (n > this.#trace.service.length) this.#trace = columns(this.#names, n * 2);
    const trace = this.#trace;
    for (let w = 0; w < 4; w++) trace.traceId[w] = closing.ids[closing.at + w];
    trace.latestEndUs = closing.latestEndUs;
    trace.reason = closing.reason;
    trace.dropped = closing.dropped;
    this.#clearTable(n);
    trace.spanCount = this.#fill(arena, closing.head);
    this.#resolveParents(trace);
    cutCycles(trace);
    return trace;
  }

  #fill({ words, times, weights, marks }: SpanArena, head: number): number {
    const t = this.#trace;
    let i = 0;
    for (let at = head, w = 0; at >= 0; at = words[w + SpanWord.Next]) {
      w = at * SPAN_WORDS;
      t.spanId[i * 2] = words[w + SpanWord.SpanId];
      t.spanId[i * 2 + 1] = words[w + SpanWord.SpanId + 1];
      if (!this.#enter(i)) continue;
      t.parentId[i * 2] = words[w + SpanWord.ParentId];
      t.parentId[i * 2 + 1] = words[w + SpanWord.ParentId + 1];
      t.service[i] = words[w + SpanWord.Service];
      t.operation[i] = words[w + SpanWord.Operation];
      t.instance[i] = words[w + SpanWord.Instance];
      t.version[i] = words[w + SpanWord.Version];
      t.node[i] = words[w + SpanWord.Node];
      t.peer[i] = words[w + SpanWord.Peer];
      t.weight[i] = weights[w + SpanWord.Weight];
      const d = w >> 1;
      t.startUs[i] = times[d];
      t.endUs[i] = times[d] + times[d + 1];
      const m = at * SPAN_MARKS;
      t.kind[i] = marks[m];
      t.flags[i] = marks[m + 1];
      t.statusClass[i] = marks[m + 2];
      i++;
    }
    return i;
  }

  #clearTable(n: number): void {
    let size = 64;
    while (size < n * 2) size *= 2;
    if (size > this.#table.length) this.#table = new Int32Array(size);
    else this.#table.fill(0, 0, size);
    this.#mask = size - 1;
  }

  /** Enters span `i` by its id; false when the id is there already. */
  #enter(i: number): boolean {
    const slot = this.#slotOf(this.#trace.spanId, i);
    if (this.#table[slot] !== 0) return false;
    this.#table[slot] = i + 1;
    return true;
  }

  #slotOf(ids: Int32Array, i: number): number {
    const high = ids[i * 2];
    const low = ids[i * 2 + 1];
    const mask = this.#mask;
    const known = this.#trace.spanId;
    let slot = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b9);
    slot = (slot ^ (slot >>> 15)) & mask;
    for (;;) {
      const entry = this.#table[slot];
      if (entry === 0) return slot;
      if (known[entry * 2 - 1] === low && known[entry * 2 - 2] === high) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #resolveParents(t: Columns): void {
    for (let i = 0; i < t.spanCount; i++) {
      if (t.parentId[i * 2] === 0 && t.parentId[i * 2 + 1] === 0) {
        t.parent[i] = ROOT;
        continue;
      }
      const parent = this.#table[this.#slotOf(t.parentId, i)] - 1;
      t.parent[i] = parent < 0 || parent === i ? ORPHAN : parent;
    }
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Columns = Mutable<Trace> & { parentId: Int32Array; mark: Int32Array };

function columns(names: Names, n: number): Columns {
  return {
    names,
    traceId: new Int32Array(4),
    spanCount: 0,
    spanId: new Int32Array(n * 2),
    parentId: new Int32Array(n * 2),
    parent: new Int32Array(n),
    mark: new Int32Array(n),
    service: new Int32Array(n),
    operation: new Int32Array(n),
    instance: new Int32Array(n),
    version: new Int32Array(n),
    node: new Int32Array(n),
    peer: new Int32Array(n),
    kind: new Uint8Array(n),
    flags: new Uint8Array(n),
    statusClass: new Uint8Array(n),
    startUs: new Float64Array(n),
    endUs: new Float64Array(n),
    weight: new Float32Array(n),
    latestEndUs: 0,
    reason: 'quiet',
    dropped: 0,
  };
}

/** Walks up from every span; a walk that meets itself has found a cycle, and its meeting point becomes an orphan. */
function cutCycles(t: Columns): void {
  t.mark.fill(0, 0, t.spanCount);
  for (let i = 0; i < t.spanCount; i++) {
    let at = i;
    while (at >= 0 && t.mark[at] === 0) {
      t.mark[at] = i + 1;
      const up = t.parent[at];
      if (up >= 0 && t.mark[up] === i + 1) t.parent[at] = ORPHAN;
      at = t.parent[at];
    }
  }
}
