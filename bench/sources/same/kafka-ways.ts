import kafkajs from 'kafkajs';
import { startKafka } from '../../../test/servers/rig/kafka.ts';
import { type OtlpRecord, recordsByTrace, recordsOf } from './otlp-records.ts';
import type { Place } from './way.ts';

/** Of one request to the broker, which takes a megabyte. */
const MAX_BYTES = 500_000;

interface Topic {
  readonly topic: string;
  readonly partitions: number;
  /** A record a trace and line, keyed by trace id; else a record a line, to the partitions in turn. */
  readonly keyed: boolean;
}

const TOPICS: readonly Topic[] = [1, 4].flatMap((partitions) =>
  [false, true].map((keyed) => ({
    topic: `spans-${partitions}-${keyed ? 'keyed' : 'unkeyed'}`,
    partitions,
    keyed,
  })),
);

/**
 * A real broker that holds all of it before the service starts: `otlp_proto`, stamped with when a record's last span
 * ended, as it is when a Collector writes as it hears.
 */
export const broker: Place = {
  name: 'Kafka',
  open: async (input, folder) => {
    const server = await startKafka({ folder });
    const client = new kafkajs.Kafka({ brokers: [server.broker], logLevel: kafkajs.logLevel.NOTHING });
    const admin = client.admin();
    await admin.connect();
    // Stamps are of the capture, which is older than what a topic keeps unless told.
    const configEntries = [{ name: 'retention.ms', value: '-1' }];
    const topics = TOPICS.map(({ topic, partitions }) => ({
      topic,
      numPartitions: partitions,
      configEntries,
    }));
    await admin.createTopics({ topics, waitForLeaders: true });
    await admin.disconnect();
    for (const topic of TOPICS) await fill(client, topic, input.path);
    return {
      ways: TOPICS.map(({ topic, partitions, keyed }) => ({
        name: `Kafka, ${partitions} partition${partitions === 1 ? '' : 's'}, ${keyed ? 'keyed by trace' : 'unkeyed'}`,
        source: {
          type: 'kafka',
          brokers: [server.broker],
          topics: [topic],
          groupId: topic,
          startAt: 'earliest',
        },
      })),
      close: () => server.stop(),
    };
  },
};

async function fill(client: kafkajs.Kafka, { topic, partitions, keyed }: Topic, path: string): Promise<void> {
  const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  let messages: kafkajs.Message[] = [];
  let bytes = 0;
  let count = 0;
  const send = async (): Promise<void> => {
    if (messages.length > 0) await producer.send({ topic, messages });
    messages = [];
    bytes = 0;
  };
  for await (const record of keyed ? recordsByTrace(path) : recordsOf(path)) {
    if (bytes + record.bytes.length > MAX_BYTES) await send();
    messages.push(messageOf(record, count++ % partitions));
    bytes += record.bytes.length;
  }
  await send();
  await producer.disconnect();
}

function messageOf({ bytes, traceId, endMs }: OtlpRecord, partition: number): kafkajs.Message {
  return {
    value: Buffer.from(bytes),
    timestamp: String(Math.floor(endMs)),
    ...(traceId === undefined ? { partition } : { key: traceId }),
  };
}
