import kafkajs, { type Admin } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Names } from '../../../src/domain/names.ts';
import { createFormats, sniffRecord } from '../../../src/formats/index.ts';
import { createLogger, createMetrics, createRandom, createWallClock } from '../../../src/runtime/index.ts';
import { createOtlpSender, simulate } from '../../../src/simulator/index.ts';
import { createKafkajsConsumer, createKafkaSource } from '../../../src/sources/kafka/index.ts';
import { spanView } from '../../formats/span-view.ts';
import { startCollector } from '../rig/collector.ts';
import { haveServers, serverFolder } from '../rig/index.ts';
import { type KafkaServer, startKafka } from '../rig/kafka.ts';

const ENCODINGS = ['otlp_proto', 'otlp_json', 'jaeger_proto', 'jaeger_json', 'zipkin_json'] as const;
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
const SECONDS = 10;

type View = ReturnType<typeof spanView>;

describe.skipIf(!(await haveServers('kafka', 'collector')))('what the Collector writes to Kafka', () => {
  const folders = [serverFolder('kafka')];
  let server: KafkaServer;
  let admin: Admin;

  beforeAll(async () => {
    server = await startKafka({ folder: folders[0].path });
    admin = new kafkajs.Kafka({ brokers: [server.broker], logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
  });
  afterAll(async () => {
    await admin.disconnect();
    await server.stop();
    for (const folder of folders) folder.done(true);
  });

  const cases = ENCODINGS.flatMap((encoding) => CODECS.map((codec) => [encoding, codec] as const));
  it.each(cases)('%s, %s, is read to the last span', async (encoding, codec) => {
    const topic = `${encoding}-${codec}`;
    await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: true });
    const sent = await sendThroughCollector(topic, encoding, codec);
    const received = await receive(topic, sent.length);
    const key = ({ traceId, spanId }: View): string => traceId + spanId;
    const byKey = new Map(received.map((span) => [key(span), span]));
    expect(byKey.size).toBe(sent.length);
    for (const span of sent) {
      const got = byKey.get(key(span));
      expect(got).toMatchObject({
        parentId: span.parentId,
        operation: encoding === 'zipkin_json' ? (expect.anything() as string) : span.operation,
        kind: encoding === 'zipkin_json' ? (expect.anything() as number) : span.kind,
        flags: span.flags & 1,
      });
      expect(Math.abs((got?.durationUs ?? 0) - span.durationUs)).toBeLessThanOrEqual(1);
      expect(got?.service.name).toBe(span.service.name);
    }
  });

  async function sendThroughCollector(topic: string, encoding: string, codec: string): Promise<View[]> {
    const folder = serverFolder('collector');
    folders.push(folder);
    const exporters = {
      kafka: {
        brokers: [server.broker],
        producer: { compression: codec },
        traces: { topic, encoding },
      },
    };
    const collector = await startCollector({ folder: folder.path, exporters });
    const sender = createOtlpSender({ url: collector.otlpHttp, encoding: 'protobuf', gzip: true });
    const simulation = simulate({ seed: 8, startMs: Date.UTC(2026, 0, 1), tracesPerSecond: 8 });
    const batch = simulation.newBatch();
    for (let second = 0; second < SECONDS; second++) simulation.second(second, batch);
    const outcome = await sender.send(batch);
    await sender.close();
    // It sends what its batches hold before it ends.
    await collector.stop();
    expect(outcome.kind).toBe('sent');
    return Array.from({ length: batch.length }, (_, i) => spanView(batch, i));
  }

  async function receive(topic: string, count: number): Promise<View[]> {
    const runtime = {
      clock: createWallClock(),
      logger: createLogger('silent'),
      metrics: createMetrics(),
      random: createRandom(1),
    };
    const config = {
      ...{ name: 'kafka', brokers: [server.broker], topics: [topic], groupId: topic, clientId: 'test' },
      ...{ encoding: 'auto' as const, startAt: 'earliest', deadLetterFile: '/dev/null' },
    };
    const spans: View[] = [];
    const next = {
      sink: {
        accept: ({ batch }: { batch: Parameters<typeof spanView>[0] }) => {
          for (let i = 0; i < batch.length; i++) spans.push(spanView(batch, i));
          return { kind: 'ok' as const };
        },
      },
      cursor: () => undefined,
      sealedThroughUs: () => 0,
      sniffRecord,
    };
    const consumer = createKafkajsConsumer(config, runtime.logger);
    const source = createKafkaSource(config, createFormats(new Names()), { next, consumer }, runtime);
    await source.start();
    await expect.poll(() => spans.length, { timeout: 60_000, interval: 50 }).toBe(count);
    await source.shutdown();
    return spans;
  }
});
