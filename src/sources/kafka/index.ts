export { createKafkaSource, type KafkaNext } from './kafka-source.ts';
export { createKafkajsConsumer } from './kafkajs-consumer.ts';
export { KafkaError } from './kafkajs-client.ts';
export { describeKafka, type KafkaFinding } from './describe-kafka.ts';
export { encodingOf, type KafkaConfig } from './kafka-config.ts';
export { untilEnds, type EndingConsumer } from './until-ends.ts';
export { patientStart } from './patient-start.ts';
