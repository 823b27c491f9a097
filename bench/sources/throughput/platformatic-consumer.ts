import { Consumer, FetchIsolationLevels, ListOffsetTimestamps } from '@platformatic/kafka';
import {
  type ConsumerHandlers,
  type KafkaConsumer,
  type Partition,
  partitionKey,
  type PartitionRange,
  type RecordBatch,
} from '../../../src/sources/kafka/consumer-port.ts';
import type { KafkaConfig } from '../../../src/sources/kafka/index.ts';

/** As kafkajs-consumer.ts has them. */
const MAX_BYTES_PER_PARTITION = 4 * 1024 * 1024;
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_WAIT_MS = 500;

/**
 * \@platformatic/kafka 1.35 behind the port, for one broker that stays: a fetch loop of our own over its `fetch`, so that
 * `seek` and `pause` are ours. No watchdog, no rebalance, no dead letters: what a service would need beyond is in
 * docs/adr/0020.
 */
export function createPlatformaticConsumer(config: KafkaConfig): KafkaConsumer {
  return new PlatformaticConsumer(config);
}

interface Lane extends Partition {
  offset: number;
  busy: boolean;
  paused: boolean;
}

class PlatformaticConsumer implements KafkaConsumer {
  readonly #config: KafkaConfig;
  readonly #client: Consumer;
  readonly #lanes = new Map<string, Lane>();
  #running = true;
  /** Resolved when a lane may be fetched again. */
  #wake: () => void = () => undefined;

  constructor(config: KafkaConfig) {
    this.#config = config;
    const { clientId, brokers, groupId } = config;
    this.#client = new Consumer({ clientId, bootstrapBrokers: [...brokers], groupId, retries: true });
  }

  async start(handlers: ConsumerHandlers): Promise<void> {
    const topics = [...this.#config.topics];
    this.#client.topics.trackAll(...topics);
    await this.#client.joinGroup({});
    const partitions = (this.#client.assignments ?? []).flatMap((each) =>
      each.partitions.map((partition) => ({ topic: each.topic, partition })),
    );
    for (const each of partitions)
      this.#lanes.set(partitionKey(each), { ...each, offset: 0, busy: false, paused: false });
    await handlers.onAssigned(partitions, partitions.length);
    void this.#fetchAll(handlers);
  }

  seek(partition: Partition, offset: number): void {
    this.#lane(partition).offset = offset;
  }

  pause(partition: Partition): void {
    this.#lane(partition).paused = true;
  }

  resume(partition: Partition): void {
    this.#lane(partition).paused = false;
    this.#wake();
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  committed(): Promise<ReadonlyMap<string, number>> {
    return Promise.resolve(new Map());
  }

  async ranges(topics: readonly string[]): Promise<readonly PartitionRange[]> {
    const at = (timestamp: bigint): Promise<ReadonlyMap<string, bigint[]>> =>
      this.#client.listOffsets({ topics: [...topics], timestamp });
    const [low, end] = [await at(ListOffsetTimestamps.EARLIEST), await at(ListOffsetTimestamps.LATEST)];
    return topics.flatMap((topic) =>
      (low.get(topic) ?? []).map((first, partition) => ({
        ...{ topic, partition, low: Number(first) },
        end: Number(end.get(topic)?.at(partition) ?? 0n),
      })),
    );
  }

  offsetsAt(): Promise<ReadonlyMap<string, number>> {
    return Promise.resolve(new Map());
  }

  send(): Promise<void> {
    return Promise.reject(new Error('no dead letters here'));
  }

  stop(): Promise<void> {
    this.#running = false;
    this.#wake();
    return this.#client.close();
  }

  #lane(partition: Partition): Lane {
    const lane = this.#lanes.get(partitionKey(partition));
    if (lane === undefined) throw new Error(`${partitionKey(partition)} is not assigned`);
    return lane;
  }

  async #fetchAll(handlers: ConsumerHandlers): Promise<void> {
    const { topics } = await this.#client.metadata({ topics: [...this.#config.topics] });
    const ids = new Map([...topics].map(([name, { id }]) => [name, id]));
    const names = new Map([...ids].map(([name, id]) => [id, name]));
    const node = [...topics.values()][0].partitions[0].leader;
    while (this.#running) {
      const due = [...this.#lanes.values()].filter(({ busy, paused }) => !busy && !paused);
      if (due.length === 0) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      const { responses } = await this.#client.fetch({
        ...{ node, minBytes: 1, maxBytes: MAX_BYTES, maxWaitTime: MAX_WAIT_MS },
        isolationLevel: FetchIsolationLevels.READ_COMMITTED,
        topics: [...Map.groupBy(due, ({ topic }) => topic)].map(([topic, lanes]) => ({
          topicId: ids.get(topic) ?? '',
          partitions: lanes.map(({ partition, offset }) => ({
            ...{ partition, currentLeaderEpoch: -1, lastFetchedEpoch: -1 },
            ...{ fetchOffset: BigInt(offset), partitionMaxBytes: MAX_BYTES_PER_PARTITION },
          })),
        })),
      });
      for (const { topicId, partitions } of responses)
        for (const response of partitions) this.#handOver(names.get(topicId) ?? '', response, handlers);
    }
  }

  #handOver(
    topic: string,
    { partitionIndex, highWatermark, records }: FetchedPartition,
    handlers: ConsumerHandlers,
  ): void {
    const lane = this.#lane({ topic, partition: partitionIndex });
    const from = lane.offset;
    const batch = batchOf({ topic, partition: partitionIndex }, records ?? [], { from, end: highWatermark });
    if (batch.records.length === 0) return;
    lane.busy = true;
    void handlers
      .onBatch(batch, () => Promise.resolve())
      .then((handled) => {
        if (handled && lane.offset === from) lane.offset = batch.next;
        lane.busy = false;
        this.#wake();
      });
  }
}

type Fetched = Awaited<ReturnType<Consumer['fetch']>>;
type FetchedPartition = Fetched['responses'][number]['partitions'][number];

function batchOf(
  partition: Partition,
  batches: NonNullable<FetchedPartition['records']>,
  { from, end }: { readonly from: number; readonly end: bigint },
): RecordBatch {
  const records: { offset: number; timestampMs: number; value: Uint8Array | null }[] = [];
  let next = from;
  for (const { firstOffset, firstTimestamp, lastOffsetDelta, records: own } of batches) {
    const [first, firstMs] = [Number(firstOffset), Number(firstTimestamp)];
    for (const { offsetDelta, timestampDelta, value } of own) {
      const offset = first + offsetDelta;
      // A batch is whole, though it was asked for from its middle on.
      if (offset >= from) records.push({ offset, timestampMs: firstMs + Number(timestampDelta), value });
    }
    next = Math.max(next, first + lastOffsetDelta + 1);
  }
  return { ...partition, next, end: Number(end), records };
}
