import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs, { type Admin, type Producer } from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasPast, pastSpans } from '../../../src/app/past-spans.ts';
import { createVocabulary } from '../../../src/app/vocabulary.ts';
import { parseConfig } from '../../../src/config/index.ts';
import { Names } from '../../../src/domain/names.ts';
import { createFormats, sniffRecord } from '../../../src/formats/index.ts';
import { createLogger, createMetrics, createRandom, createWallClock } from '../../../src/runtime/index.ts';
import { encodeOtlpJson, encodeOtlpProto, simulate } from '../../../src/simulator/index.ts';
import {
  createKafkajsConsumer,
  createKafkaSource,
  type KafkaConfig,
} from '../../../src/sources/kafka/index.ts';
import { jaegerJsonpb, jaegerProto, type TestJaegerSpan } from '../../formats/jaeger-messages.ts';
import { spanView } from '../../formats/span-view.ts';
import { hostile } from '../../sources/hostile-bytes.ts';
import { testRuntime } from '../../sources/recording-sink.ts';
import { haveServers, serverFolder } from '../rig/index.ts';
import { type KafkaServer, startKafka } from '../rig/kafka.ts';

const { CompressionTypes } = kafkajs;
/** kafkajs sends no lz4: that comes from the Collector (test/servers/kafka-collector). */
const CODECS = [
  ['plain', CompressionTypes.None],
  ['gzip', CompressionTypes.GZIP],
  ['snappy', CompressionTypes.Snappy],
  ['zstd', CompressionTypes.ZSTD],
] as const;

describe.skipIf(!(await haveServers('kafka')))('the Kafka source, with a real broker', () => {
  const folder = serverFolder('kafka');
  let server: KafkaServer;
  let admin: Admin;
  let producer: Producer;
  let topics = 0;

  beforeAll(async () => {
    server = await startKafka({ folder: folder.path });
    const client = new kafkajs.Kafka({ brokers: [server.broker], logLevel: kafkajs.logLevel.NOTHING });
    admin = client.admin();
    producer = client.producer();
    await admin.connect();
    await producer.connect();
  });
  let failed = false;
  afterEach(({ task }) => void (failed ||= task.result?.state === 'fail'));
  afterAll(async () => {
    await producer.disconnect();
    await admin.disconnect();
    await server.stop();
    folder.done(!failed);
  });

  async function newTopic(numPartitions: number): Promise<string> {
    const topic = `spans-${topics++}`;
    await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true });
    return topic;
  }

  it.each(CODECS)('reads every encoding by its bytes, %s, to the last span', async (_, compression) => {
    const topic = await newTopic(2);
    const simulation = simulate({ seed: 3, startMs: Date.UTC(2026, 0, 1), tracesPerSecond: 10 });
    const batch = simulation.newBatch();
    for (let second = 0; second < 20; second++) simulation.second(second, batch);
    const half = batch.length >> 1;
    const jaeger = Array.from({ length: 50 }, (_unused, i) => jaegerSpan(i));
    await producer.send({
      topic,
      compression,
      messages: [
        { partition: 0, value: Buffer.from(encodeOtlpProto(batch, { from: 0, to: half })) },
        { partition: 1, value: encodeOtlpJson(batch, { from: half, to: batch.length }) },
        ...jaeger.slice(0, 25).map((span) => ({ partition: 0, value: Buffer.from(jaegerProto(span)) })),
        ...jaeger.slice(25).map((span) => ({ partition: 1, value: jaegerJsonpb(span) })),
      ],
    });
    const reader = read({ topics: [topic] });
    await reader.until(batch.length + 50);
    await reader.stop();
    const sent = Array.from({ length: batch.length }, (_unused, i) => spanView(batch, i));
    const key = ({ traceId, spanId }: { traceId: string; spanId: string }): string => traceId + spanId;
    const received = new Map(reader.spans.map((span) => [key(span), span]));
    expect(received.size).toBe(reader.spans.length);
    // What OTLP carries of a simulated span and what the columns had are the same but for rounding.
    for (const span of sent)
      expect(received.get(key(span))).toMatchObject({ service: span.service, operation: span.operation });
    expect(reader.spans.filter(({ service }) => service.name === 'jaeger-test')).toHaveLength(50);
  });

  it('goes on after its cursor, whatever the group says', async () => {
    const topic = await newTopic(3);
    const send = (from: number, to: number): Promise<unknown> =>
      producer.send({
        topic,
        messages: Array.from({ length: to - from }, (_unused, i) => ({
          partition: (from + i) % 3,
          value: Buffer.from(jaegerProto(jaegerSpan(from + i))),
        })),
      });
    await send(0, 30);
    const first = read({ topics: [topic] });
    await first.until(30);
    await first.stop();
    await send(30, 40);
    const second = read({ topics: [topic] }, first.cursor());
    await second.until(10);
    await second.stop();
    expect(second.spans.map(({ spanId }) => Number.parseInt(spanId, 16) - 1).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 10 }, (_unused, i) => 30 + i),
    );
  });

  it('commits what is judged and no more, and a new one of the group begins there', async () => {
    const topic = await newTopic(1);
    const groupId = 'commits';
    const value = (i: number): Buffer => Buffer.from(jaegerProto(jaegerSpan(i)));
    // One request each: a request's records are one hand-over at most, and so is what waits.
    for (let i = 0; i < 4; i++) await producer.send({ topic, messages: [{ value: value(i * 100) }] });
    const first = read({ topics: [topic], groupId });
    await first.until(4);
    first.sealedThroughUs = jaegerSpan(100).startUs + 1e6;
    await first.stop();
    const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const committed = Number(partitions[0].offset);
    expect(committed).toBeLessThanOrEqual(2);
    const second = read({ topics: [topic], groupId });
    await second.until(4 - Math.max(0, committed));
    await second.stop();
  });

  it('loses nothing of partitions that were idle, or came later, with `startAt: latest`', async () => {
    const topic = await newTopic(2);
    const groupId = 'idle';
    const send = (partition: number, i: number): Promise<unknown> =>
      producer.send({ topic, messages: [{ partition, value: Buffer.from(jaegerProto(jaegerSpan(i))) }] });
    await send(0, 0);
    const offsets = async (): Promise<string[]> => {
      const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topic] });
      return partitions.toSorted((a, b) => a.partition - b.partition).map(({ offset }) => offset);
    };
    const first = read({ topics: [topic], groupId, startAt: 'latest' });
    await expect.poll(offsets, { timeout: 60_000 }).toEqual(['1', '0']);
    await first.stop();
    expect(first.spans).toHaveLength(0);
    await send(0, 100);
    await send(1, 200);
    const second = read({ topics: [topic], groupId, startAt: 'latest' });
    await second.until(2);
    await second.stop();
    await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
    // One that knows of the new partition: a producer that does not drops the record without a word.
    const client = new kafkajs.Kafka({ brokers: [server.broker], logLevel: kafkajs.logLevel.NOTHING });
    const later = client.producer();
    await later.connect();
    await later.send({
      topic,
      messages: [{ partition: 2, value: Buffer.from(jaegerProto(jaegerSpan(300))) }],
    });
    await later.disconnect();
    const held = await admin.fetchTopicOffsets(topic);
    expect(held.find(({ partition }) => partition === 2)?.high).toBe('1');
    const third = read({ topics: [topic], groupId, startAt: 'latest' }, second.cursor());
    await third.until(1);
    await third.stop();
  });

  it('goes on where another member was, when that one came, read on, and went', async () => {
    const topic = await newTopic(2);
    const groupId = 'come-and-go';
    let sent = 0;
    const send = (): Promise<unknown> =>
      producer.send({
        topic,
        messages: [0, 1].map((partition) => ({
          partition,
          value: Buffer.from(jaegerProto(jaegerSpan(sent++))),
        })),
      });
    const member = (): ReturnType<typeof read> =>
      Object.assign(read({ topics: [topic], groupId }), { sealedThroughUs: Number.MAX_SAFE_INTEGER });
    const first = member();
    await send();
    await first.until(2);
    const committed = async (): Promise<string[]> =>
      (await admin.fetchOffsets({ groupId, topics: [topic] }))[0].partitions.map(({ offset }) => offset);
    await expect.poll(committed, { timeout: 60_000 }).toEqual(['1', '1']);
    const second = member();
    const sendUntil = (holds: () => boolean): Promise<void> =>
      expect
        .poll(async () => (await send()) !== undefined && holds(), { timeout: 60_000, interval: 500 })
        .toBe(true);
    await sendUntil(() => second.spans.length >= 3);
    const before = first.spans.length;
    await second.stop();
    const ids = ({ spans }: Pick<typeof first, 'spans'>): number[] =>
      spans.map(({ spanId }) => Number.parseInt(spanId, 16) - 1);
    await sendUntil(() => new Set([...ids(first), ...ids(second)]).size === sent);
    await first.stop();
    // What the first read and had not said to the group is read by the second as well; not the other way round.
    const again = new Set(ids(first).slice(before));
    expect(ids(second).filter((id) => again.has(id))).toEqual([]);
    expect(new Set(ids(first)).size).toBe(first.spans.length);
  });

  it('puts what is no span aside with the reason, and lives on', async () => {
    const topic = await newTopic(1);
    const good = Buffer.from(jaegerProto(jaegerSpan(1)));
    await producer.send({
      topic,
      messages: [{ value: 'poison' }, { value: good }, { value: good.subarray(0, 40) }, { value: null }],
    });
    const reader = read({ topics: [topic] });
    await reader.until(1);
    await expect
      .poll(() => existsSync(reader.deadLetterFile) && lines(reader.deadLetterFile))
      .toHaveLength(2);
    await reader.stop();
    expect(lines(reader.deadLetterFile)).toEqual([
      expect.objectContaining({
        offset: 0,
        reason: 'no known trace format',
        value: Buffer.from('poison').toString('base64'),
      }),
      expect.objectContaining({
        offset: 2,
        reason: expect.stringMatching(/^jaeger-proto: .*byte/) as string,
      }),
    ]);
  });

  it('lives on whatever records come: each is spans or a dead letter, and good ones between them are all read', async () => {
    const topic = await newTopic(2);
    const simulation = simulate({ seed: 4, startMs: Date.UTC(2026, 0, 1), tracesPerSecond: 10 });
    const batch = simulation.newBatch();
    simulation.second(0, batch);
    const few = { from: 0, to: 5 };
    const kinds = [
      ...[encodeOtlpProto(batch, few), encodeOtlpJson(batch, few), jaegerProto(jaegerSpan(1))],
      jaegerJsonpb(jaegerSpan(1)),
    ].map((each) => Buffer.from(each));
    const random = createRandom(14);
    const good = Array.from({ length: 400 }, (_unused, i) => jaegerSpan(1000 + i));
    const messages = good.flatMap((span, i) => [
      { partition: i % 2, value: hostile(kinds[i % kinds.length], random) },
      { partition: i % 2, value: Buffer.from(jaegerProto(span)) },
    ]);
    await producer.send({ topic, messages });
    const reader = read({ topics: [topic] });
    const ids = new Set(good.map(({ spanId }) => spanId));
    const seen = (): number => reader.spans.filter(({ spanId }) => ids.has(spanId)).length;
    await expect.poll(seen, { timeout: 60_000 }).toBe(good.length);
    const counts = await reader.counts();
    await reader.stop();
    expect(counts.records).toBe(messages.length);
    expect(counts.dead).toBe(lines(reader.deadLetterFile).length);
    expect(counts.dead).toBeGreaterThan(100);
    expect(counts.spans).toBe(reader.spans.length);
  });

  it('reads a backlog of several fetches over four partitions in order of time, and waits for none of them', async () => {
    const topic = await newTopic(4);
    // A fetch brings 4 MiB of a partition at most: these are two and a half, for each of four that advance at the same pace.
    const [seconds, padding] = [400, 'x'.repeat(100_000)];
    for (let second = 0; second < seconds; second += 4) {
      const messages = [0, 1, 2, 3].map((partition) => {
        const span = { ...jaegerSpan(second + partition), name: `${partition} ${padding}` };
        const timestamp = String(Date.UTC(2026, 0, 1) + (second + partition) * 1000);
        return { partition, timestamp, value: Buffer.from(jaegerProto(span)) };
      });
      await producer.send({ topic, messages });
    }
    const reader = read({ topics: [topic] });
    await reader.until(seconds);
    await reader.stop();
    const order = reader.spans.map(({ spanId }) => Number.parseInt(spanId, 16) - 1);
    expect(order).toEqual(Array.from({ length: seconds }, (_unused, i) => i));
    // Whoever waits in vain for a partition waits ten seconds, with nothing handed over meanwhile.
    expect(reader.longestPauseMs()).toBeLessThan(9000);
  });

  it('gives the past of a stretch, and neither what ended before nor after', async () => {
    const topic = await newTopic(2);
    const startMs = Date.now() - 3_600_000;
    const messages = Array.from({ length: 60 }, (_unused, minute) => ({
      partition: minute % 2,
      timestamp: String(startMs + minute * 60_000),
      value: Buffer.from(jaegerProto({ ...jaegerSpan(minute), startUs: (startMs + minute * 60_000) * 1000 })),
    }));
    await producer.send({ topic, messages });
    const outcome = parseConfig(
      `sources: [{ name: past, type: kafka, topics: [${topic}], brokers: ["${server.broker}"] }]`,
      'test',
    );
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
    const { config } = outcome;
    const [source] = config.sources;
    if (!hasPast(source)) throw new Error('it has no past');
    const stretch = { fromMs: startMs + 600_000 - 1, toMs: startMs + 1_200_000 };
    const parts = { config, vocabulary: createVocabulary(config.names) };
    const found: number[] = [];
    for await (const { batch } of pastSpans(source, stretch, parts, testRuntime()))
      for (let i = 0; i < batch.length; i++) found.push(Number.parseInt(spanView(batch, i).spanId, 16) - 1);
    expect(found.sort((a, b) => a - b)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  });

  it('reads on when its broker comes back', async () => {
    const topic = await newTopic(1);
    const reader = read({ topics: [topic] });
    await producer.send({ topic, messages: [{ value: Buffer.from(jaegerProto(jaegerSpan(1))) }] });
    await reader.until(1);
    await server.kill();
    server = await server.restart();
    await producer.send({ topic, messages: [{ value: Buffer.from(jaegerProto(jaegerSpan(2))) }] });
    await reader.until(2, 120_000);
    await reader.stop();
    expect(reader.spans.map(({ spanId }) => spanId)).toEqual(['0000000000000002', '0000000000000003']);
  });

  function read(changes: Partial<KafkaConfig>, cursor?: string) {
    const names = new Names();
    const runtime = {
      clock: createWallClock(),
      logger: createLogger('silent'),
      metrics: createMetrics(),
      random: createRandom(1),
    };
    const config: KafkaConfig = {
      name: 'kafka',
      brokers: [server.broker],
      topics: [],
      groupId: `group-${topics++}`,
      clientId: 'test',
      encoding: 'auto',
      startAt: 'earliest',
      deadLetterFile: join(mkdtempSync(join(tmpdir(), 'spanwatch-letters-')), 'letters.jsonl'),
      ...changes,
    };
    const spans: ReturnType<typeof spanView>[] = [];
    const handedAtMs: number[] = [];
    let last = cursor;
    const state = { spans, deadLetterFile: config.deadLetterFile, sealedThroughUs: Number.NEGATIVE_INFINITY };
    const source = createKafkaSource(
      config,
      createFormats(names),
      {
        consumer: createKafkajsConsumer(config, runtime.logger),
        next: {
          sink: {
            accept: ({ batch, cursor: text }) => {
              handedAtMs.push(performance.now());
              for (let i = 0; i < batch.length; i++) spans.push(spanView(batch, i));
              last = text;
              return { kind: 'ok' };
            },
          },
          cursor: () => cursor,
          sealedThroughUs: () => state.sealedThroughUs,
          sniffRecord,
        },
      },
      runtime,
    );
    const started = source.start();
    return Object.assign(state, {
      cursor: () => last,
      /** Between one hand-over and the next. */
      longestPauseMs: () => Math.max(0, ...handedAtMs.slice(1).map((at, i) => at - handedAtMs[i])),
      until: async (count: number, timeout = 60_000) => {
        await started;
        await expect.poll(() => spans.length, { timeout, interval: 50 }).toBe(count);
      },
      stop: () => source.shutdown(),
      counts: async () => {
        const text = await runtime.metrics.registry.metrics();
        const of = (name: string): number =>
          Number(new RegExp(`^spanwatch_${name}_total\\{.*\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
        const [records, dead] = [of('kafka_records'), of('kafka_dead_letters')];
        return { records, dead, spans: of('received_spans') };
      },
    });
  }
});

function jaegerSpan(i: number): TestJaegerSpan {
  const digits = (i + 1).toString(16);
  return {
    traceId: digits.padStart(32, '0'),
    spanId: digits.padStart(16, '0'),
    name: 'work',
    startUs: Date.UTC(2026, 0, 1) * 1000 + i * 100_000,
    durationUs: 500,
    service: 'jaeger-test',
  };
}

function lines(path: string): unknown[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}
