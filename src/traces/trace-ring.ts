import { wordsToHex } from '../domain/ids.ts';
import type { Trace } from '../domain/trace.ts';
import type { KeptTrace } from './port.ts';
import { SpanColumns } from './span-columns.ts';

/** What a waterfall can still show, and the store should hold, of one trace (the contract of `KeptTrace`). */
export const MOST_SPANS = 500;

/** Words of a trace id, and where its spans are. */
interface Entry {
  readonly id: Int32Array;
  at: number;
  /** 0: the entry is empty, or its spans were overwritten. */
  length: number;
  omitted: number;
}

/**
 * The last whole traces that were added, in a ring of `spans` spans and `traces` traces: the oldest go first. Memory is
 * taken once.
 */
export class TraceRing {
  readonly #columns: SpanColumns;
  readonly #entries: Entry[];
  /** Next entry to write; the one that holds the oldest spans is the first non-empty one from here on. */
  #next = 0;
  #oldest = 0;
  #nextSpan = 0;
  #used = 0;
  /** Scratch: index in the trace to index in what is kept, for traces that are cut. */
  #kept = new Int32Array(1024);

  constructor(limits: { readonly spans: number; readonly traces: number }) {
    this.#columns = new SpanColumns(Math.max(MOST_SPANS, limits.spans));
    this.#entries = Array.from({ length: limits.traces }, () => ({
      id: new Int32Array(4),
      at: 0,
      length: 0,
      omitted: 0,
    }));
  }

  /** Spans held now. */
  get size(): number {
    return this.#used;
  }

  add(trace: Trace): void {
    const length = Math.min(MOST_SPANS, trace.spanCount);
    if (length === 0) return;
    const entry = this.#entry(length);
    for (let w = 0; w < 4; w++) entry.id[w] = trace.traceId[w];
    entry.omitted = trace.spanCount - length + trace.dropped;
    if (length === trace.spanCount) {
      for (let i = 0; i < length; i++) this.#columns.copy(trace, i, entry.at + i, trace.parent[i]);
    } else this.#copyLongest(trace, entry.at);
  }

  /** The trace of this id, in words, if its spans are still here. */
  find(trace: { readonly names: Trace['names'] }, id: Int32Array): KeptTrace | undefined {
    // Newest first: a trace may have come in two parts. Some thousand entries, looked through once an incident.
    for (let back = 1; back <= this.#entries.length; back++) {
      const entry = this.#entries[(this.#next - back + this.#entries.length) % this.#entries.length];
      if (entry.length === 0) continue;
      const words = entry.id;
      if (words[0] !== id[0] || words[1] !== id[1] || words[2] !== id[2] || words[3] !== id[3]) continue;
      const { startUs, spans } = this.#columns.read(trace.names, entry.at, entry.length);
      return { traceId: wordsToHex(id, 0, 4), startMs: startUs / 1000, spans, omitted: entry.omitted };
    }
    return undefined;
  }

  /** An entry for `length` spans side by side; the oldest make room. */
  #entry(length: number): Entry {
    const { capacity } = this.#columns;
    if (this.#nextSpan + length > capacity) {
      this.#release(this.#nextSpan, capacity);
      this.#nextSpan = 0;
    }
    this.#release(this.#nextSpan, this.#nextSpan + length);
    const entry = this.#entries[this.#next];
    if (entry.length > 0) this.#drop();
    entry.at = this.#nextSpan;
    entry.length = length;
    this.#nextSpan += length;
    this.#used += length;
    this.#next = (this.#next + 1) % this.#entries.length;
    return entry;
  }

  /** Empties the oldest entries while their spans lie in [from, to). */
  #release(from: number, to: number): void {
    while (this.#used > 0) {
      const { at, length } = this.#entries[this.#oldest];
      if (at + length <= from || at >= to) return;
      this.#drop();
    }
  }

  #drop(): void {
    const entry = this.#entries[this.#oldest];
    this.#used -= entry.length;
    entry.length = 0;
    this.#oldest = (this.#oldest + 1) % this.#entries.length;
  }

  /** A parent is hardly ever shorter than its children, so the longest spans hang together. */
  #copyLongest(trace: Trace, at: number): void {
    const longest = Array.from({ length: trace.spanCount }, (_, i) => i)
      .sort((a, b) => trace.endUs[b] - trace.startUs[b] - (trace.endUs[a] - trace.startUs[a]) || a - b)
      .slice(0, MOST_SPANS)
      .sort((a, b) => a - b);
    if (trace.spanCount > this.#kept.length) this.#kept = new Int32Array(trace.spanCount * 2);
    this.#kept.fill(-1, 0, trace.spanCount);
    longest.forEach((from, to) => (this.#kept[from] = to));
    longest.forEach((from, to) => {
      const parent = trace.parent[from];
      this.#columns.copy(trace, from, at + to, parent < 0 ? parent : this.#kept[parent]);
    });
  }
}
