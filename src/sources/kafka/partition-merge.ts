import type { Clock } from '../../runtime/index.ts';
import { type KafkaRecord, type Partition, partitionKey, type RecordBatch } from './consumer-port.ts';

export interface MergedRecord extends Partition {
  readonly record: KafkaRecord;
}

/** What became of a batch: all taken; kept, to be taken when others have come; or its partition was assigned away. */
export type Offered = 'taken' | 'kept' | 'dropped';

interface Lane extends Partition {
  /** What is not taken of each batch, the oldest first. */
  queue: { readonly records: readonly KafkaRecord[]; at: number; readonly after: number }[];
  /** The next offset that the lane will give, and the partition's end as last heard. */
  next: number;
  end: number;
  /** Where it goes on after what it has. */
  after: number;
  /** Of the batch that was offered last. */
  answer: ((outcome: Offered) => void) | undefined;
  idleSinceMs: number;
}

/** A partition that has records and gives none for this long (its broker is away) holds the others no longer. */
const MOST_WAIT_MS = 10_000;
/** Batches of one fetch come one after the other, within this. */
const SAME_FETCH_MS = 1;

/**
 * Several partitions as one stream in order of the records' time stamps: reading up a backlog, one partition must not
 * run hours ahead of another, or the other's spans would all come late. A partition that is read to its end is not waited
 * for. Records of one partition keep their order.
 *
 * A client may fetch nothing more while it waits for an answer to one batch (kafkajs waits for all of a fetch): so when
 * the next record is of a partition that has given none yet, whoever waits is answered `kept`, and must not offer more
 * until `onDrained` says that the partition has nothing left.
 */
export class PartitionMerge {
  readonly #lanes = new Map<string, Lane>();
  readonly #clock: Clock;
  #wake: () => void = () => undefined;
  #cancelRelease: (() => void) | undefined;
  /** What was kept of the partition is taken. */
  onDrained: (partition: Partition) => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** These partitions from now on, each with where it goes on and where it ends. What others had waiting is dropped. */
  assign(partitions: readonly (Partition & { readonly next: number; readonly end: number })[]): void {
    const before = [...this.#lanes.values()];
    this.#lanes.clear();
    const idleSinceMs = this.#clock.now();
    for (const { topic, partition, next, end } of partitions) {
      const lane: Lane = {
        ...{ topic, partition, next, end, after: next, idleSinceMs },
        queue: [],
        answer: undefined,
      };
      this.#lanes.set(partitionKey(lane), lane);
    }
    for (const lane of before) {
      if (lane.answer !== undefined) lane.answer('dropped');
      else if (lane.queue.length > 0) this.onDrained(lane);
    }
    this.#wake();
  }

  offer(batch: RecordBatch): Promise<Offered> {
    const lane = this.#lanes.get(partitionKey(batch));
    if (lane === undefined) return Promise.resolve('dropped');
    lane.end = batch.end;
    lane.after = Math.max(lane.after, batch.next);
    if (batch.records.length === 0) {
      if (lane.queue.length === 0) lane.next = lane.after;
      this.#wake();
      return Promise.resolve('taken');
    }
    lane.queue.push({ records: batch.records, at: 0, after: lane.after });
    const outcome = new Promise<Offered>((resolve) => (lane.answer = resolve));
    this.#wake();
    return outcome;
  }

  /** Where the partition goes on after what was offered; undefined when it is not ours. */
  nextOf(partition: Partition): number | undefined {
    return this.#lanes.get(partitionKey(partition))?.after;
  }

  /** Whether something of the partition waits to be taken. */
  has(partition: Partition): boolean {
    return (this.#lanes.get(partitionKey(partition))?.queue.length ?? 0) > 0;
  }

  /** Records that are there and not taken, over all partitions. */
  get lag(): number {
    return [...this.#lanes.values()].reduce((sum, { next, end }) => sum + Math.max(0, end - next), 0);
  }

  /** The next record, if it can be told which is next; else undefined: wait for `changed`. */
  take(): MergedRecord | undefined {
    const lane = this.#earliest();
    if (lane === undefined) return undefined;
    const [head] = lane.queue;
    const record = head.records[head.at++];
    lane.next = record.offset + 1;
    if (head.at === head.records.length) {
      lane.next = head.after;
      lane.queue.shift();
      if (lane.queue.length === 0) this.#drained(lane);
    }
    return { topic: lane.topic, partition: lane.partition, record };
  }

  /** Resolves when `take` may have something: after an offer, an assignment, or a wait that has lasted. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(MOST_WAIT_MS / 10, () => this.#wake());
      this.#wake = () => {
        cancel();
        this.#wake = () => undefined;
        resolve();
      };
    });
  }

  #drained(lane: Lane): void {
    lane.idleSinceMs = this.#clock.now();
    const { answer } = lane;
    lane.answer = undefined;
    if (answer === undefined) this.onDrained(lane);
    else answer('taken');
  }

  #earliest(): Lane | undefined {
    const nowMs = this.#clock.now();
    let earliest: Lane | undefined;
    for (const lane of this.#lanes.values()) {
      if (lane.queue.length > 0) {
        if (earliest === undefined || stampOf(lane) < stampOf(earliest)) earliest = lane;
      } else if (lane.next < lane.end && nowMs - lane.idleSinceMs < MOST_WAIT_MS) {
        this.#releaseSoon();
        return undefined;
      }
    }
    return earliest;
  }

  /** A partition is waited for: unless it comes with this very fetch, another fetch must bring it. */
  #releaseSoon(): void {
    this.#cancelRelease ??= this.#clock.after(SAME_FETCH_MS, () => {
      this.#cancelRelease = undefined;
      const lanes = [...this.#lanes.values()];
      if (!lanes.some(({ queue, next, end }) => queue.length === 0 && next < end)) return;
      for (const lane of lanes) {
        lane.answer?.('kept');
        lane.answer = undefined;
      }
    });
  }
}

function stampOf({ queue: [head] }: Lane): number {
  return head.records[head.at].timestampMs;
}
