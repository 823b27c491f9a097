export { createKafkaSource, type KafkaNext } from './kafka-source.ts';
export { createKafkajsConsumer, KafkaError } from './kafkajs-consumer.ts';
export type { KafkaConfig } from './kafka-config.ts';
export { untilEnds, type EndingConsumer } from './until-ends.ts';
