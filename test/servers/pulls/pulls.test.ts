import kafkajs from 'kafkajs';
import { request } from 'undici';
import { Names } from '../../../src/domain/names.ts';
import type { SpanBatch } from '../../../src/domain/span-batch.ts';
import { createFormats, createSearchDocumentReader, sniffRecord } from '../../../src/formats/index.ts';
import { encodeOtlpProto } from '../../../src/simulator/index.ts';
import { createElasticsearchReader } from '../../../src/sources/elasticsearch/index.ts';
import { createJaegerReader } from '../../../src/sources/jaeger-query/index.ts';
import { createKafkajsConsumer, createKafkaSource } from '../../../src/sources/kafka/index.ts';
import { createPullSource } from '../../../src/sources/pulling/index.ts';
import { type ElasticsearchServer, startElasticsearch } from '../rig/elasticsearch.ts';
import { haveServers, serverFolder } from '../rig/index.ts';
import { type JaegerServer, startJaeger } from '../rig/jaeger.ts';
import { type KafkaServer, startKafka } from '../rig/kafka.ts';
import { type PullHarness, pullConformance } from './conformance.ts';

const polls = {
  name: 'pulled',
  schedule: '* * * * *',
  startAt: new Date(Date.now() - 600_000).toISOString(),
  overlapMs: 900_000,
  settleMs: 0,
  maxSliceMs: 900_000,
};

function jaegerHarness(): PullHarness {
  const folder = serverFolder('pulls-jaeger');
  let elasticsearch!: ElasticsearchServer;
  let jaeger!: JaegerServer;
  return {
    lagMetric: 'spanwatch_pull_lag_seconds',
    start: async () => {
      elasticsearch = await startElasticsearch({ folder: `${folder.path}/es` });
      jaeger = await startJaeger({ folder: `${folder.path}/jaeger`, elasticsearch: elasticsearch.url });
    },
    stop: async (passed) => {
      await jaeger?.stop();
      await elasticsearch?.stop();
      folder.done(passed);
    },
    config: () =>
      `{ name: pulled, type: jaeger-query, url: "${jaeger.query}", pauseMs: 0, maxSliceMs: 900000 }`,
    down: () => jaeger.kill(),
    up: async () => void (jaeger = await jaeger.restart()),
    put: (batch) => putIntoJaeger(jaeger, elasticsearch, batch),
    open: (sink, cursor, runtime) => {
      const names = new Names();
      const reader = createJaegerReader(
        {
          name: 'pulled',
          url: jaeger.query,
          critical: ['checkout'],
          leaveOut: ['jaeger-query', 'jaeger-all-in-one'],
          limit: 500,
          concurrency: 2,
          pauseMs: 0,
          timeoutMs: 20_000,
        },
        createFormats(names),
        runtime,
      );
      return createPullSource(polls, reader, { sink, names, clock: 'event', cursor: () => cursor }, runtime);
    },
  };
}

/** What the real Jaeger stored. */
function elasticsearchHarness(): PullHarness {
  const folder = serverFolder('pulls-elasticsearch');
  let elasticsearch!: ElasticsearchServer;
  let jaeger!: JaegerServer;
  return {
    lagMetric: 'spanwatch_pull_lag_seconds',
    start: async () => {
      elasticsearch = await startElasticsearch({ folder: `${folder.path}/es` });
      jaeger = await startJaeger({ folder: `${folder.path}/jaeger`, elasticsearch: elasticsearch.url });
    },
    stop: async (passed) => {
      await jaeger?.stop();
      await elasticsearch?.stop();
      folder.done(passed);
    },
    config: () => `{ name: pulled, type: elasticsearch, url: "${elasticsearch.url}" }`,
    down: () => elasticsearch.kill(),
    up: async () => void (elasticsearch = await elasticsearch.restart()),
    put: (batch) => putIntoJaeger(jaeger, elasticsearch, batch),
    open: (sink, cursor, runtime) => {
      const names = new Names();
      const { url } = elasticsearch;
      // Small pages, so that each slice has several.
      const config = { name: 'pulled', url, layout: 'jaeger', pageSize: 100, timeoutMs: 20_000 } as const;
      const reader = createElasticsearchReader(config, createSearchDocumentReader(names));
      return createPullSource(polls, reader, { sink, names, clock: 'event', cursor: () => cursor }, runtime);
    },
  };
}

/** By OTLP, as its senders do; then waits for its storage. */
async function putIntoJaeger(
  jaeger: JaegerServer,
  elasticsearch: ElasticsearchServer,
  batch: SpanBatch,
): Promise<void> {
  const count = async (): Promise<number> => {
    await (await request(`${elasticsearch.url}/_refresh`, { method: 'POST' })).body.dump();
    const { body } = await request(`${elasticsearch.url}/jaeger-span-*/_count?ignore_unavailable=true`);
    return ((await body.json()) as { count: number }).count;
  };
  const before = await count();
  const { statusCode, body } = await request(`${jaeger.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: encodeOtlpProto(batch),
  });
  await body.dump();
  if (statusCode !== 200) throw new Error(`Jaeger answered ${statusCode}`);
  while ((await count()) < before + batch.length) await new Promise((resolve) => setTimeout(resolve, 200));
}

function kafkaHarness(): PullHarness {
  const folder = serverFolder('pulls-kafka');
  let kafka!: KafkaServer;
  let groups = 0;
  return {
    lagMetric: 'spanwatch_kafka_lag_records',
    start: async () => {
      kafka = await startKafka({ folder: folder.path });
      const admin = new kafkajs.Kafka({
        brokers: [kafka.broker],
        logLevel: kafkajs.logLevel.NOTHING,
      }).admin();
      await admin.connect();
      await admin.createTopics({ topics: [{ topic: 'spans', numPartitions: 2 }], waitForLeaders: true });
      await admin.disconnect();
    },
    stop: async (passed) => {
      await kafka?.stop();
      folder.done(passed);
    },
    config: () => `{ name: pulled, type: kafka, topics: [spans], brokers: ["${kafka.broker}"] }`,
    down: () => kafka.kill(),
    up: async () => void (kafka = await kafka.restart()),
    put: async (batch) => {
      const client = new kafkajs.Kafka({ brokers: [kafka.broker], logLevel: kafkajs.logLevel.NOTHING });
      const producer = client.producer();
      await producer.connect();
      const half = batch.length >> 1;
      const value = (from: number, to: number): Buffer => Buffer.from(encodeOtlpProto(batch, { from, to }));
      const messages = [
        { partition: 0, value: value(0, half) },
        { partition: 1, value: value(half, batch.length) },
      ];
      await producer.send({ topic: 'spans', acks: -1, messages });
      await producer.disconnect();
    },
    open: (sink, cursor, runtime) => {
      const config = {
        name: 'pulled',
        brokers: [kafka.broker],
        topics: ['spans'],
        // A group that never was: the cursor alone says where to go on.
        groupId: `pulls-${groups++}`,
        clientId: 'test',
        encoding: 'auto',
        startAt: 'earliest',
        deadLetterFile: `${folder.path}/dead.jsonl`,
      } as const;
      const next = { sink, cursor: () => cursor, sealedThroughUs: () => 0, sniffRecord };
      const consumer = createKafkajsConsumer(config, runtime.logger);
      return createKafkaSource(config, createFormats(new Names()), { next, consumer }, runtime);
    },
  };
}

if (await haveServers('jaeger', 'elasticsearch')) {
  pullConformance('Elasticsearch, as Jaeger fills it', elasticsearchHarness());
  pullConformance('Jaeger Query', jaegerHarness());
}
if (await haveServers('kafka')) pullConformance('Kafka', kafkaHarness());
