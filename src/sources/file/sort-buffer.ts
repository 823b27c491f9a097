import type { SpanBatch } from '../../domain/span-batch.ts';
import { BYTES_PER_SPAN } from './batch-store.ts';

export interface StoredRecord {
  readonly batch: SpanBatch;
  readonly arrivalUs: number;
  /** Records of equal arrival leave in the order they came. */
  readonly sequence: number;
}

export interface SortLimits {
  readonly maxBytes: number;
  readonly maxRecords: number;
}

/** Records by arrival, as far as they fit: a binary heap that says when the earliest has to leave. */
export class SortBuffer {
  readonly #limits: SortLimits;
  readonly #heap: StoredRecord[] = [];
  #bytes = 0;
  #sequence = 0;

  constructor(limits: SortLimits) {
    this.#limits = limits;
  }

  get isFull(): boolean {
    return this.#heap.length > this.#limits.maxRecords || this.#bytes > this.#limits.maxBytes;
  }

  push(batch: SpanBatch, arrivalUs: number): void {
    const record = { batch, arrivalUs, sequence: this.#sequence++ };
    this.#bytes += batch.capacity * BYTES_PER_SPAN;
    const heap = this.#heap;
    let i = heap.push(record) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(record, heap[parent])) break;
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = record;
  }

  /** The earliest; undefined when empty. */
  pop(): StoredRecord | undefined {
    const heap = this.#heap;
    const first = heap[0] as StoredRecord | undefined;
    const last = heap.pop();
    if (first === undefined || last === undefined) return undefined;
    this.#bytes -= first.batch.capacity * BYTES_PER_SPAN;
    if (heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(record: StoredRecord): void {
    const heap = this.#heap;
    let i = 0;
    for (let child = 1; child < heap.length; child = 2 * i + 1) {
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
      if (!before(heap[child], record)) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = record;
  }
}

function before(a: StoredRecord, b: StoredRecord): boolean {
  return a.arrivalUs < b.arrivalUs || (a.arrivalUs === b.arrivalUs && a.sequence < b.sequence);
}
