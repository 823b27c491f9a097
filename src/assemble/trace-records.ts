/** Open traces as columns: chain of spans, times, and a place in the ring of due times. 60 bytes a trace. */
export class TraceRecords {
  ids: Int32Array;
  head: Int32Array;
  tail: Int32Array;
  count: Int32Array;
  dropped: Int32Array;
  /** Bit 1: a span without a parent was seen. */
  rootSeen: Uint8Array;
  firstSeenUs: Float64Array;
  latestEndUs: Float64Array;
  /** Watermark at the last arrival. */
  touchedUs: Float64Array;
  /** Chain of records due in the same tick. */
  nextDue: Int32Array;
  #capacity = 0;
  #free: number[] = [];
  #used = 0;

  constructor(capacity = 1024) {
    this.ids = new Int32Array(0);
    this.head = this.tail = this.count = this.dropped = this.nextDue = new Int32Array(0);
    this.rootSeen = new Uint8Array(0);
    this.firstSeenUs = this.latestEndUs = this.touchedUs = new Float64Array(0);
    this.#grow(capacity);
  }

  /** A cleared record's number; `grew` tells that the columns moved. */
  take(): { record: number; grew: boolean } {
    const grew = this.#free.length === 0 && this.#used === this.#capacity;
    if (grew) this.#grow(this.#capacity * 2);
    const record = this.#free.pop() ?? this.#used++;
    this.head[record] = this.tail[record] = -1;
    this.count[record] = this.dropped[record] = 0;
    this.rootSeen[record] = 0;
    this.latestEndUs[record] = 0;
    return { record, grew };
  }

  release(record: number): void {
    this.#free.push(record);
  }

  #grow(capacity: number): void {
    this.#capacity = capacity;
    this.ids = int32(this.ids, capacity * 4);
    this.head = int32(this.head, capacity);
    this.tail = int32(this.tail, capacity);
    this.count = int32(this.count, capacity);
    this.dropped = int32(this.dropped, capacity);
    this.nextDue = int32(this.nextDue, capacity);
    const rootSeen = new Uint8Array(capacity);
    rootSeen.set(this.rootSeen);
    this.rootSeen = rootSeen;
    this.firstSeenUs = float64(this.firstSeenUs, capacity);
    this.latestEndUs = float64(this.latestEndUs, capacity);
    this.touchedUs = float64(this.touchedUs, capacity);
  }
}

function int32(from: Int32Array, length: number): Int32Array {
  const to = new Int32Array(length);
  to.set(from);
  return to;
}

function float64(from: Float64Array, length: number): Float64Array {
  const to = new Float64Array(length);
  to.set(from);
  return to;
}
