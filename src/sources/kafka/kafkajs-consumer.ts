import kafkajs, { type Consumer, type EachBatchPayload } from 'kafkajs';
import type { Logger } from '../../runtime/index.ts';
import { ClientSockets } from './client-sockets.ts';
import { registerCodecs } from './codecs.ts';
import { ConnectedOnce } from './connected-once.ts';
import {
  type ConsumerHandlers,
  type KafkaConsumer,
  type Partition,
  partitionKey,
  type PartitionRange,
} from './consumer-port.ts';
import type { KafkaConfig } from './kafka-config.ts';
import { clientConfig, KafkaError, MOST_RETRY_MS, reasonOf } from './kafkajs-client.ts';

/** A dead member's partitions are given away after this; a living one says so three times as often. */
const SESSION_MS = 10_000;
/** What one fetch may bring, for a partition and in all: some hundred thousand spans at most. */
const MAX_BYTES_PER_PARTITION = 4 * 1024 * 1024;
const MAX_BYTES = 32 * 1024 * 1024;
/** Of many partitions each may wait with what it brought, compressed, until it is its turn: so much together. */
const MAX_BYTES_WAITING = 128 * 1024 * 1024;
/** A smaller fetch is mostly overhead; a record that is larger comes all the same (KIP-74). */
const MIN_BYTES_PER_PARTITION = 256 * 1024;
/** A fetch with nothing to bring answers after this. */
const MAX_WAIT_MS = 500;
/** One fetch's partitions are handed over at once, so that they can be put in order of time. */
const PARTITIONS_AT_ONCE = 1024;

/** kafkajs 2.2.4 behind our port. Its group member restarts itself after a crash, for ever. */
export function createKafkajsConsumer(config: KafkaConfig, logger: Logger): KafkaConsumer {
  registerCodecs();
  return new KafkajsConsumer(config, logger);
}

class KafkajsConsumer implements KafkaConsumer {
  readonly #config: KafkaConfig;
  readonly #client: kafkajs.Kafka;
  #made: Consumer | undefined;
  readonly #admin: ReturnType<kafkajs.Kafka['admin']>;
  readonly #producer: ReturnType<kafkajs.Kafka['producer']>;
  readonly #sockets = new ClientSockets();
  readonly #producing = new ConnectedOnce(() => this.#producer.connect());

  constructor(config: KafkaConfig, logger: Logger) {
    this.#config = config;
    const client = new kafkajs.Kafka({
      ...clientConfig(config, logger),
      socketFactory: this.#sockets.create,
    });
    this.#admin = client.admin();
    this.#producer = client.producer({ allowAutoTopicCreation: false });
    this.#client = client;
  }

  /** From `start` on. */
  get #consumer(): Consumer {
    if (this.#made === undefined) throw new KafkaError(`source ${this.#config.name} was not started`);
    return this.#made;
  }

  #make(partitions: number): Consumer {
    const sessionMs = this.#config.sessionTimeoutMs ?? SESSION_MS;
    const share = Math.floor(MAX_BYTES_WAITING / Math.max(1, partitions));
    return this.#client.consumer({
      groupId: this.#config.groupId,
      sessionTimeout: sessionMs,
      heartbeatInterval: Math.ceil(sessionMs / 3),
      maxBytesPerPartition: Math.min(MAX_BYTES_PER_PARTITION, Math.max(MIN_BYTES_PER_PARTITION, share)),
      maxBytes: MAX_BYTES,
      maxWaitTimeInMs: MAX_WAIT_MS,
      allowAutoTopicCreation: false,
      retry: { retries: 10, maxRetryTime: MOST_RETRY_MS, restartOnFailure: () => Promise.resolve(true) },
    });
  }

  async start(handlers: ConsumerHandlers): Promise<void> {
    const { name, brokers, topics } = this.#config;
    try {
      await this.#admin.connect();
      this.#made = this.#make(await this.#partitions());
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topics: [...topics], fromBeginning: true });
    } catch (error) {
      // May be started again: what was made is not left behind, connected.
      await this.#made?.disconnect().catch(() => undefined);
      this.#made = undefined;
      throw new KafkaError(`source ${name}: ${reasonOf(error)} (brokers ${brokers.join(', ')})`);
    }
    await this.#run(handlers);
  }

  seek({ topic, partition }: Partition, offset: number): void {
    this.#consumer.seek({ topic, partition, offset: String(offset) });
  }

  pause({ topic, partition }: Partition): void {
    this.#consumer.pause([{ topic, partitions: [partition] }]);
  }

  resume({ topic, partition }: Partition): void {
    this.#consumer.resume([{ topic, partitions: [partition] }]);
  }

  commit(next: readonly (Partition & { readonly offset: number })[]): Promise<void> {
    const offsets = next.map((each) => ({ ...each, offset: String(each.offset) }));
    return this.#consumer.commitOffsets(offsets);
  }

  async committed(partitions: readonly Partition[]): Promise<ReadonlyMap<string, number>> {
    const topics = [...new Set(partitions.map(({ topic }) => topic))];
    const found = new Map<string, number>();
    const { groupId } = this.#config;
    for (const { topic, partitions: offsets } of await this.#admin.fetchOffsets({ groupId, topics })) {
      for (const { partition, offset } of offsets)
        if (Number(offset) >= 0) found.set(partitionKey({ topic, partition }), Number(offset));
    }
    return found;
  }

  async ranges(topics: readonly string[]): Promise<readonly PartitionRange[]> {
    const ranges: PartitionRange[] = [];
    for (const topic of topics) {
      for (const { partition, low, high } of await this.#admin.fetchTopicOffsets(topic))
        ranges.push({ topic, partition, low: Number(low), end: Number(high) });
    }
    return ranges;
  }

  async offsetsAt(topics: readonly string[], atMs: number): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    for (const topic of topics) {
      for (const { partition, offset } of await this.#admin.fetchTopicOffsetsByTimestamp(topic, atMs))
        if (Number(offset) >= 0) found.set(partitionKey({ topic, partition }), Number(offset));
    }
    return found;
  }

  async send(
    topic: string,
    {
      value,
      headers,
    }: { readonly value: Uint8Array | null; readonly headers: Readonly<Record<string, string>> },
  ): Promise<void> {
    await this.#producing.ready();
    const message = { value: value === null ? null : Buffer.from(value), headers: { ...headers } };
    await this.#producer.send({ topic, messages: [message] });
  }

  async stop(): Promise<void> {
    try {
      await this.#made?.stop();
      await this.#made?.disconnect();
      if (this.#producing.isBegun) await this.#producer.disconnect();
      await this.#admin.disconnect();
    } finally {
      this.#sockets.close();
    }
  }

  async #run(handlers: ConsumerHandlers): Promise<void> {
    // Until the first assignment is prepared, and again after each: batches wait for it.
    let prepared: Promise<void> = new Promise(() => undefined);
    this.#consumer.on(this.#consumer.events.GROUP_JOIN, ({ payload }) => {
      const assigned: Partition[] = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic, partition })),
      );
      prepared = this.#partitions().then((total) => handlers.onAssigned(assigned, total));
      // Whoever awaits it hears of a failure; without batches nobody does.
      prepared.catch(() => undefined);
    });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch: async (payload) => {
        await prepared;
        await handOver(payload, handlers);
      },
    });
  }

  async #partitions(): Promise<number> {
    const { topics } = await this.#admin.fetchTopicMetadata({ topics: [...this.#config.topics] });
    return topics.reduce((sum, { partitions }) => sum + partitions.length, 0);
  }
}

async function handOver(payload: EachBatchPayload, handlers: ConsumerHandlers): Promise<void> {
  const { batch } = payload;
  if (!payload.isRunning() || payload.isStale()) return;
  const last = Number(batch.lastOffset());
  const records = batch.messages.map(({ offset, timestamp, value }) => ({
    offset: Number(offset),
    timestampMs: Number(timestamp),
    value,
  }));
  const { topic, partition } = batch;
  const handled = await handlers.onBatch(
    { topic, partition, next: last + 1, end: Number(batch.highWatermark), records },
    () => payload.heartbeat(),
  );
  if (handled) payload.resolveOffset(String(last));
}
