import { Consumer, MessagesStreamModes } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import { registerCodecs } from '../../../src/sources/kafka/codecs.ts';
import type { Consumed, ConsumeOptions } from './consumed.ts';

/** As kafkajs-consumer.ts asks for them. */
const MAX_BYTES_PER_PARTITION = 4 * 1024 * 1024;
const MAX_BYTES = 32 * 1024 * 1024;

/** Records are counted, and nothing is done with them: what is `spans` elsewhere is records here, and `entries` their bytes. */
export async function drainKafkajs({ broker, topic, spans, onFirst }: ConsumeOptions): Promise<Consumed> {
  registerCodecs();
  const client = new kafkajs.Kafka({ brokers: [broker], logLevel: kafkajs.logLevel.ERROR });
  const consumer = client.consumer({
    groupId: `drain-${process.pid}`,
    maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
    maxBytes: MAX_BYTES,
  });
  const drain = new Drain(spans, onFirst);
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: ({ batch }) => {
      for (const { value } of batch.messages) drain.take(value);
      return Promise.resolve();
    },
  });
  return drain.whole;
}

/** The same by the other client's own stream. */
export async function drainPlatformatic({
  broker,
  topic,
  spans,
  onFirst,
}: ConsumeOptions): Promise<Consumed> {
  const consumer = new Consumer({
    ...{ clientId: 'drain', bootstrapBrokers: [broker], groupId: `drain-${process.pid}` },
    ...{ maxBytes: MAX_BYTES, maxBytesPerPartition: MAX_BYTES_PER_PARTITION },
  });
  const drain = new Drain(spans, onFirst);
  const stream = await consumer.consume({
    topics: [topic],
    mode: MessagesStreamModes.EARLIEST,
    autocommit: false,
  });
  stream.on('data', ({ value }) => drain.take(value));
  return drain.whole;
}

class Drain {
  readonly whole: Promise<Consumed>;
  readonly #most: number;
  readonly #onFirst: () => void;
  #resolve: (consumed: Consumed) => void = () => undefined;
  #records = 0;
  #bytes = 0;

  constructor(most: number, onFirst: () => void) {
    this.#most = most;
    this.#onFirst = onFirst;
    this.whole = new Promise((resolve) => (this.#resolve = resolve));
  }

  take(value: Uint8Array | null): void {
    if (this.#records === 0) this.#onFirst();
    this.#records++;
    this.#bytes += value?.length ?? 0;
    if (this.#records === this.#most) this.#resolve({ spans: this.#records, entries: this.#bytes });
  }
}
