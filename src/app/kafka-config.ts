import { join } from 'node:path';
import { type Config, revealKafka, type SourceConfig } from '../config/index.ts';
import type { KafkaConfig } from '../sources/kafka/index.ts';

export type KafkaSourceConfig = Extract<SourceConfig, { type: 'kafka' }>;

/** A configured Kafka source as its client takes it. Not for printing. */
export function kafkaConfig(source: KafkaSourceConfig, { dataDir }: Pick<Config, 'dataDir'>): KafkaConfig {
  const { sasl: _sasl, tls: _tls, ...plain } = source;
  return {
    ...plain,
    ...revealKafka(source),
    clientId: 'spanwatch',
    deadLetterFile: join(dataDir, `dead-letters-${source.name}.jsonl`),
  };
}
