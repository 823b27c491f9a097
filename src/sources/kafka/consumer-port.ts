/** A partition by its topic and number. */
export interface Partition {
  readonly topic: string;
  readonly partition: number;
}

export interface KafkaRecord {
  readonly offset: number;
  /** As its producer, or the broker, stamped it: epoch ms. */
  readonly timestampMs: number;
  readonly value: Uint8Array | null;
}

/** Records of one partition, in order of their offsets. */
export interface RecordBatch extends Partition {
  /** Where reading goes on after it: beyond its last record, where compaction or transactions left holes. */
  readonly next: number;
  /** The offset that the next record of the partition will get. */
  readonly end: number;
  readonly records: readonly KafkaRecord[];
}

/** What a partition holds: offsets from `low` to before `end`. */
export interface PartitionRange extends Partition {
  readonly low: number;
  readonly end: number;
}

export interface ConsumerHandlers {
  /** This member has these partitions now, and no others; `total` is what the topics have. Before any of their batches. */
  onAssigned(partitions: readonly Partition[], total: number): Promise<void>;
  /**
   * Resolves when the batch is handled: true, go on after it; false, its place was changed by `seek`, drop it. Called at
   * once for several partitions, for one partition one after the other. `keepAlive` must be called every second or so.
   */
  onBatch(batch: RecordBatch, keepAlive: () => Promise<void>): Promise<boolean>;
}

/**
 * A member of a consumer group, whichever client library is behind it. It reconnects by itself until `stop`, and says
 * what is wrong in the log. Offsets are committed by `commit` alone.
 */
export interface KafkaConsumer {
  /** Resolves when the brokers answered once; rejects when they do not, with one line. */
  start(handlers: ConsumerHandlers): Promise<void>;
  /** The next batch of the partition begins there. */
  seek(partition: Partition, offset: number): void;
  /** No more of the partition is fetched until `resume`; a batch that is under way may still come. Both may be said twice. */
  pause(partition: Partition): void;
  resume(partition: Partition): void;
  /** Next offsets; rejects when the brokers refuse (the partition is another member's by now). */
  commit(next: readonly (Partition & { readonly offset: number })[]): Promise<void>;
  /** What the group has committed, for those partitions for which it has. */
  committed(partitions: readonly Partition[]): Promise<ReadonlyMap<string, number>>;
  ranges(topics: readonly string[]): Promise<readonly PartitionRange[]>;
  /** The first offset at or after a time, by partition. */
  offsetsAt(topics: readonly string[], atMs: number): Promise<ReadonlyMap<string, number>>;
  /** Puts a record on another topic: for dead letters. */
  send(
    topic: string,
    record: { readonly value: Uint8Array | null; readonly headers: Readonly<Record<string, string>> },
  ): Promise<void>;
  /** No batch is handed over any more when it resolves. */
  stop(): Promise<void>;
}

/** `topic/partition`: topics hold no slash (Kafka's Topic.java: letters, digits, `.`, `_`, `-`). */
export function partitionKey({ topic, partition }: Partition): string {
  return `${topic}/${partition}`;
}
