import { writeSync } from 'node:fs';
import { createKafkajsConsumer } from '../../../src/sources/kafka/index.ts';
import type { Consumed, ConsumedBy, ConsumeOptions } from './consumed.ts';
import { drainKafkajs, drainPlatformatic } from './drains.ts';
import { consumeOurs } from './our-consumer.ts';
import { createPlatformaticConsumer } from './platformatic-consumer.ts';
import { consumeStock } from './stock-consumer.ts';

const CONSUMERS = {
  ours: (options) => consumeOurs(options, createKafkajsConsumer),
  'ours-platformatic': (options) => consumeOurs(options, createPlatformaticConsumer),
  stock: consumeStock,
  'drain-kafkajs': drainKafkajs,
  'drain-platformatic': drainPlatformatic,
} as const satisfies Record<string, (options: ConsumeOptions) => Promise<Consumed>>;

export type ConsumerName = keyof typeof CONSUMERS;

const [name, broker, topic, spans] = process.argv.slice(2);
// Starting and joining the group are not what is measured.
let [startedAt, usedBefore] = [performance.now(), process.cpuUsage()];
const onFirst = (): void => void ([startedAt, usedBefore] = [performance.now(), process.cpuUsage()]);
const consumed = await CONSUMERS[name as ConsumerName]({ broker, topic, spans: Number(spans), onFirst });
const { user, system } = process.cpuUsage(usedBefore);
const seconds = (performance.now() - startedAt) / 1000;
const result: ConsumedBy = { ...consumed, seconds, cpuSeconds: (user + system) / 1e6 };
writeSync(1, JSON.stringify(result));
// Leaving the group takes seconds, and nothing is kept.
process.exit(0);
