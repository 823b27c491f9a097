import { type KafkaSourceConfig, kafkaConfig } from '../app/kafka-config.ts';
import type { Config } from '../config/index.ts';
import { sniffRecord } from '../formats/index.ts';
import { createMetrics, createRandom, createWallClock, silentLogger } from '../runtime/index.ts';
import { describeKafka, encodingOf, type KafkaFinding } from '../sources/kafka/index.ts';

/** What the brokers of a Kafka source say: versions, topics, partitions, the group, what was written lately, and what is missing. */
export function checkKafka(config: Config, source: KafkaSourceConfig): Promise<KafkaFinding> {
  const runtime = {
    clock: createWallClock(),
    logger: silentLogger(),
    metrics: createMetrics(),
    random: createRandom(1),
  };
  return describeKafka(kafkaConfig(source, config), (value) => encodingOf(sniffRecord(value)), runtime);
}
