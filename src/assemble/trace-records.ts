import { widened } from '../domain/widened.ts';

type Columns = 'ids' | 'head' | 'tail' | 'count' | 'dropped' | 'rootSeen' | 'nextDue';
type Times = 'firstSeenUs' | 'latestEndUs' | 'touchedUs';
export type TraceRecordsState = Readonly<Pick<TraceRecords, Columns | Times>> & {
  readonly free: readonly number[];
};

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

  snapshot(): TraceRecordsState {
    const used = this.#used;
    return {
      free: this.#free,
      ids: this.ids.subarray(0, used * 4),
      head: this.head.subarray(0, used),
      tail: this.tail.subarray(0, used),
      count: this.count.subarray(0, used),
      dropped: this.dropped.subarray(0, used),
      rootSeen: this.rootSeen.subarray(0, used),
      nextDue: this.nextDue.subarray(0, used),
      firstSeenUs: this.firstSeenUs.subarray(0, used),
      latestEndUs: this.latestEndUs.subarray(0, used),
      touchedUs: this.touchedUs.subarray(0, used),
    };
  }

  /** Into empty records. The columns move. */
  restore(state: TraceRecordsState): void {
    const used = state.head.length;
    while (this.#capacity < used) this.#grow(this.#capacity * 2);
    this.#used = used;
    this.#free = [...state.free];
    this.ids.set(state.ids);
    this.head.set(state.head);
    this.tail.set(state.tail);
    this.count.set(state.count);
    this.dropped.set(state.dropped);
    this.rootSeen.set(state.rootSeen);
    this.nextDue.set(state.nextDue);
    this.firstSeenUs.set(state.firstSeenUs);
    this.latestEndUs.set(state.latestEndUs);
    this.touchedUs.set(state.touchedUs);
  }

  #grow(capacity: number): void {
    this.#capacity = capacity;
    this.ids = widened(this.ids, capacity * 4);
    this.head = widened(this.head, capacity);
    this.tail = widened(this.tail, capacity);
    this.count = widened(this.count, capacity);
    this.dropped = widened(this.dropped, capacity);
    this.nextDue = widened(this.nextDue, capacity);
    this.rootSeen = widened(this.rootSeen, capacity);
    this.firstSeenUs = widened(this.firstSeenUs, capacity);
    this.latestEndUs = widened(this.latestEndUs, capacity);
    this.touchedUs = widened(this.touchedUs, capacity);
  }
}
