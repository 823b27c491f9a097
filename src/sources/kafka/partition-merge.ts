import type { Clock } from '../../runtime/index.ts';
import { type KafkaRecord, type Partition, partitionKey, type RecordBatch } from './consumer-port.ts';

export interface MergedRecord extends Partition {
  readonly record: KafkaRecord;
}

interface Lane extends Partition {
  records: readonly KafkaRecord[];
  at: number;
  /** The next offset that the lane will give, and the partition's end as last heard. */
  next: number;
  end: number;
  /** Where it goes on after the batch that is being taken. */
  after: number;
  /** Of the batch that is being taken. */
  finished: () => void;
  idleSinceMs: number;
}

/** A partition that has records and gives none for this long (its broker is away) holds the others no longer. */
const MOST_WAIT_MS = 10_000;

/**
 * Several partitions as one stream in order of the records' time stamps: reading up a backlog, one partition must not
 * run hours ahead of another, or the other's spans would all come late. A partition that is read to its end is not waited
 * for. Records of one partition keep their order.
 */
export class PartitionMerge {
  readonly #lanes = new Map<string, Lane>();
  readonly #clock: Clock;
  #wake: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** These partitions from now on, each with where it goes on and where it ends. What others had waiting is dropped. */
  assign(partitions: readonly (Partition & { readonly next: number; readonly end: number })[]): void {
    for (const lane of this.#lanes.values()) lane.finished();
    this.#lanes.clear();
    for (const { topic, partition, next, end } of partitions) {
      const lane = {
        topic,
        partition,
        records: [],
        at: 0,
        next,
        end,
        after: next,
        finished: () => undefined,
      };
      this.#lanes.set(partitionKey(lane), { ...lane, idleSinceMs: this.#clock.now() });
    }
    this.#wake();
  }

  /** Resolves when all of the batch was taken, or its partition was assigned away (see `isDone`). */
  offer(batch: RecordBatch): Promise<void> {
    const lane = this.#lanes.get(partitionKey(batch));
    if (lane === undefined) return Promise.resolve();
    lane.end = batch.end;
    lane.after = batch.next;
    if (batch.records.length === 0) {
      lane.next = batch.next;
      this.#wake();
      return Promise.resolve();
    }
    lane.records = batch.records;
    lane.at = 0;
    const taken = new Promise<void>((resolve) => (lane.finished = resolve));
    this.#wake();
    return taken;
  }

  /** Where the partition goes on after what was taken; undefined when it is not ours. */
  nextOf(partition: Partition): number | undefined {
    return this.#lanes.get(partitionKey(partition))?.next;
  }

  /** Records that are there and not taken, over all partitions. */
  get lag(): number {
    return [...this.#lanes.values()].reduce((sum, { next, end }) => sum + Math.max(0, end - next), 0);
  }

  /** The next record, if it can be told which is next; else undefined: wait for `changed`. */
  take(): MergedRecord | undefined {
    const lane = this.#earliest();
    if (lane === undefined) return undefined;
    const record = lane.records[lane.at++];
    lane.next = record.offset + 1;
    if (lane.at === lane.records.length) {
      lane.records = [];
      lane.at = 0;
      lane.next = lane.after;
      lane.idleSinceMs = this.#clock.now();
      lane.finished();
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

  #earliest(): Lane | undefined {
    const nowMs = this.#clock.now();
    let earliest: Lane | undefined;
    for (const lane of this.#lanes.values()) {
      if (lane.at < lane.records.length) {
        const stamp = lane.records[lane.at].timestampMs;
        if (earliest === undefined || stamp < earliest.records[earliest.at].timestampMs) earliest = lane;
      } else if (lane.next < lane.end && nowMs - lane.idleSinceMs < MOST_WAIT_MS) return undefined;
    }
    return earliest;
  }
}
