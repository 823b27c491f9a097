import { fileURLToPath } from 'node:url';
import kafkajs from 'kafkajs';
import { generateOtlpPayloads } from '../../../src/simulator/index.ts';
import type { KafkaServer } from '../../../test/servers/rig/kafka.ts';
import { runProcess } from '../../verify/spanwatch-process.ts';
import type { ConsumedBy } from './consumed.ts';
import type { ConsumerName } from './consumer-process.ts';

const PROCESS = fileURLToPath(new URL('consumer-process.ts', import.meta.url));
export const SPANS = 300_000;
/** The consumers' core; the broker has the others. */
const CORE = '1';
/** Small records go together in requests of about so much. */
const REQUEST_BYTES = 200_000;

export interface Topic {
  readonly name: string;
  readonly records: number;
  readonly bytes: number;
}

/** A topic of one partition with `SPANS` spans of the simulated shop in `otlp_proto`. */
export async function fillTopic(kafka: KafkaServer, topic: string, spansPerRequest: number): Promise<Topic> {
  const client = new kafkajs.Kafka({ brokers: [kafka.broker], logLevel: kafkajs.logLevel.NOTHING });
  const [admin, producer] = [client.admin(), client.producer()];
  await admin.connect();
  const configEntries = [{ name: 'max.message.bytes', value: '16000000' }];
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }], waitForLeaders: true });
  await admin.disconnect();
  await producer.connect();
  let [records, bytes] = [0, 0];
  let messages: kafkajs.Message[] = [];
  let waiting = 0;
  const send = async (): Promise<void> => {
    if (messages.length > 0) await producer.send({ topic, messages });
    messages = [];
    waiting = 0;
  };
  const options = { seed: 5, spans: SPANS, spansPerRequest, tracesPerSecond: 4000 };
  for (const payload of generateOtlpPayloads(options)) {
    if (waiting + payload.length > REQUEST_BYTES) await send();
    messages.push({ value: Buffer.from(payload) });
    records++;
    bytes += payload.length;
    waiting += payload.length;
  }
  await send();
  await producer.disconnect();
  return { name: topic, records, bytes };
}

/** One consumer in a process of its own on one core, from the first record to the last. Rejects when it did not see all. */
export async function consume(
  name: ConsumerName,
  {
    kafka,
    topic,
    count = SPANS,
  }: { readonly kafka: KafkaServer; readonly topic: string; readonly count?: number },
  flags: readonly string[] = [],
): Promise<ConsumedBy> {
  // The young generation as `npm run bench` and the image have it; the same for both.
  const node = [process.execPath, '--max-semi-space-size=64', ...flags, PROCESS];
  const args = ['-c', CORE, ...node, name, kafka.broker, topic, String(count)];
  const { code, stdout, stderr } = await runProcess('taskset', args);
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${stderr.slice(-2000)}`);
  const consumed = JSON.parse(stdout) as ConsumedBy;
  if (consumed.spans !== count || consumed.entries === 0)
    throw new Error(`${name} has seen ${consumed.spans} of ${count}, and made ${consumed.entries} summaries`);
  return consumed;
}

/** Thousands of spans by what they took, the median run. */
export function speed(seconds: readonly number[]): string {
  return `${Math.round(SPANS / median(seconds) / 1000)}k`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
