import kafkajs from 'kafkajs';
import type { Runtime } from '../../runtime/index.ts';
import { brokerApi } from './broker-api.ts';
import { type KafkaConsumer, partitionKey, type PartitionRange } from './consumer-port.ts';
import type { KafkaConfig } from './kafka-config.ts';
import { clientConfig, reasonOf } from './kafkajs-client.ts';
import { createKafkajsConsumer } from './kafkajs-consumer.ts';
import { lastRecords } from './last-records.ts';

/** What was found of a Kafka source, in words; what is missing for it to work; what is hardly meant. */
export interface KafkaFinding {
  readonly found: string;
  readonly problem?: string;
  readonly warning?: string;
}

/** What a record is, by its bytes: the name of its encoding; undefined when it is no spans. */
export type NameEncoding = (value: Uint8Array) => string | undefined;

const TIMEOUT_MS = 4_000;
const HOUR_MS = 3_600_000;

type Admin = ReturnType<kafkajs.Kafka['admin']>;

/**
 * Asks the brokers, and looks at the newest records through a group of its own that commits nothing and is taken away
 * again. Never rejects.
 */
export async function describeKafka(
  config: KafkaConfig,
  nameEncoding: NameEncoding,
  runtime: Runtime,
): Promise<KafkaFinding> {
  const found = `Kafka at ${config.brokers.join(', ')}`;
  const client = clientConfig(config, runtime.logger);
  const admin = new kafkajs.Kafka({
    ...client,
    connectionTimeout: TIMEOUT_MS,
    retry: { ...client.retry, retries: 1 },
  }).admin();
  try {
    await admin.connect();
    return await describe(config, { admin, nameEncoding, runtime });
  } catch (error) {
    return { found, problem: reasonOf(error) };
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

interface Parts {
  readonly admin: Admin;
  readonly nameEncoding: NameEncoding;
  readonly runtime: Runtime;
}

async function describe(config: KafkaConfig, { admin, nameEncoding, runtime }: Parts): Promise<KafkaFinding> {
  const { brokers: members } = await admin.describeCluster();
  const api = await brokerApi(config.brokers[0], config.tls, TIMEOUT_MS);
  const count = members.length === 1 ? 'a broker' : `${members.length} brokers`;
  let found = `Kafka at ${config.brokers.join(', ')}, ${count}${api === undefined ? '' : `, ${api}`}`;
  const there = await admin.listTopics();
  const missing = config.topics.filter((topic) => !there.includes(topic));
  if (missing.length > 0) {
    const others = there
      .filter((topic) => !topic.startsWith('__'))
      .sort()
      .slice(0, 8);
    const have = others.length === 0 ? 'there is none that may be seen' : `there are ${others.join(', ')}`;
    return { found, problem: `no topic ${missing.join(', ')}: ${have}` };
  }
  const ranges = await rangesOf(admin, config.topics);
  found += `, ${config.topics.join(', ')} with ${ranges.length} partition${ranges.length === 1 ? '' : 's'}`;
  const group = await groupOf(admin, config, ranges);
  const recent = await recentOf(admin, config.topics, ranges, runtime.clock.now() - HOUR_MS);
  found += `, ${group.said}, ${recent} records of the last hour`;
  if (ranges.every(({ low, end }) => low === end))
    return { found, problem: 'the topics are empty: does anybody write there?' };
  const encodings = await encodingsOf(config, ranges, nameEncoding, runtime);
  found += `, the newest are ${encodings.said}`;
  if (encodings.problem !== undefined) return { found, problem: encodings.problem };
  if (recent === 0)
    return { found, problem: 'there is no record of the last hour: does anybody write there?' };
  return group.warning === undefined ? { found } : { found, warning: group.warning };
}

async function rangesOf(admin: Admin, topics: readonly string[]): Promise<readonly PartitionRange[]> {
  const ranges: PartitionRange[] = [];
  for (const topic of topics) {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic))
      ranges.push({ topic, partition, low: Number(low), end: Number(high) });
  }
  return ranges;
}

async function groupOf(
  admin: Admin,
  { groupId, topics, startAt }: KafkaConfig,
  ranges: readonly PartitionRange[],
): Promise<{ readonly said: string; readonly warning?: string }> {
  const committed = new Map<string, number>();
  for (const { topic, partitions } of await admin.fetchOffsets({ groupId, topics: [...topics] })) {
    for (const { partition, offset } of partitions)
      if (Number(offset) >= 0) committed.set(partitionKey({ topic, partition }), Number(offset));
  }
  const { groups } = await admin.describeGroups([groupId]);
  const members = groups[0]?.members.length ?? 0;
  const lag = ranges.reduce(
    (sum, range) => sum + Math.max(0, range.end - (committed.get(partitionKey(range)) ?? range.end)),
    0,
  );
  const said =
    committed.size === 0
      ? `group ${groupId} never was and begins at ${startAt}`
      : `group ${groupId} is ${lag} records behind`;
  if (members === 0) return { said };
  return {
    said: `${said} with ${members} member${members === 1 ? '' : 's'}`,
    warning: `group ${groupId} has members: another one takes part of their partitions (a running spanwatch? somebody else's group?)`,
  };
}

async function recentOf(
  admin: Admin,
  topics: readonly string[],
  ranges: readonly PartitionRange[],
  sinceMs: number,
): Promise<number> {
  let recent = 0;
  for (const topic of topics) {
    for (const { partition, offset } of await admin.fetchTopicOffsetsByTimestamp(topic, sinceMs)) {
      const end = ranges.find((one) => one.topic === topic && one.partition === partition)?.end ?? 0;
      if (Number(offset) >= 0) recent += Math.max(0, end - Number(offset));
    }
  }
  return recent;
}

async function encodingsOf(
  config: KafkaConfig,
  ranges: readonly PartitionRange[],
  nameEncoding: NameEncoding,
  runtime: Runtime,
): Promise<{ readonly said: string; readonly problem?: string }> {
  const groupId = `${config.groupId}-check-${runtime.clock.now()}`;
  const consumer: KafkaConsumer = createKafkajsConsumer({ ...config, groupId }, runtime.logger);
  const values = await lastRecords(consumer, ranges, TIMEOUT_MS, runtime.clock);
  if (values.length === 0) return { said: 'not to be had in time' };
  const counts = new Map<string, number>();
  for (const value of values) {
    const name = nameEncoding(value) ?? 'no known trace format';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const said = [...counts]
    .map(([name, times]) => (counts.size === 1 ? name : `${name} (${times})`))
    .join(', ');
  const { encoding } = config;
  if (counts.has('no known trace format') && counts.size === 1)
    return { said, problem: 'the newest records are no spans: is it the right topic?' };
  if (encoding !== 'auto' && !counts.has(encoding))
    return { said, problem: `encoding is ${encoding}, and the newest records are ${said}` };
  return { said };
}
