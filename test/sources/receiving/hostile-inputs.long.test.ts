import { readFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { request } from 'undici';
import { afterEach, expect, it } from 'vitest';
import { Names } from '../../../src/domain/names.ts';
import { createFormats } from '../../../src/formats/index.ts';
import { createRandom, type Random } from '../../../src/runtime/index.ts';
import { createJaegerThriftSource } from '../../../src/sources/jaeger-thrift/index.ts';
import { createOtlpGrpcSource } from '../../../src/sources/otlp-grpc/index.ts';
import { createZipkinSource } from '../../../src/sources/zipkin/index.ts';
import { encodeProto, testSpan } from '../../formats/otlp-messages.ts';
import { hostile, noise } from '../hostile-bytes.ts';
import { RecordingSink, testRuntime } from '../recording-sink.ts';

// OTLP over HTTP is test/system/fuzz.long.test.ts, records of Kafka are test/servers/kafka.

const REQUESTS = 400;
const THRIFT = readFileSync(
  new URL('../../goldens/formats/jaeger-client-node-3.19.0.thrift', import.meta.url),
);
const ZIPKIN = Buffer.from(
  JSON.stringify([
    {
      ...{ traceId: '463ac35c9f6413ad', id: '72485a3953bb6124', name: 'get /api', kind: 'SERVER' },
      ...{ timestamp: 1_700_000_000_000_000, duration: 2500, localEndpoint: { serviceName: 'frontend' } },
      tags: { 'http.method': 'GET', error: 'true' },
    },
  ]),
);
const OTLP = Buffer.from(
  encodeProto([{ resource: { 'service.name': 'cart' }, spans: [testSpan(), testSpan()] }]),
);

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

it.each([
  ['zipkin', ZIPKIN, '/api/v2/spans', 'application/json', [202, 400]],
  ['jaeger', THRIFT, '/api/traces', 'application/x-thrift', [202, 400]],
] as const)(
  '%s: whatever is posted gets an answer of its own and is counted, and a good request is taken after each',
  async (protocol, good, path, type, right) => {
    const { sink, metrics, port } = await start(protocol);
    const post = async (body: Uint8Array, encoding?: string): Promise<number> => {
      const headers = { 'content-type': type, ...(encoding && { 'content-encoding': encoding }) };
      const url = `http://127.0.0.1:${port}${path}`;
      const answer = await request(url, { method: 'POST', body, headers });
      await answer.body.dump();
      return answer.statusCode;
    };
    const random = createRandom(11);
    const codes = new Map<number, number>();
    const note = (code: number): void => void codes.set(code, (codes.get(code) ?? 0) + 1);
    for (let i = 0; i < REQUESTS; i++) {
      const body = hostile(good, random);
      const zipped = i % 4 === 0;
      const code = await post(zipped ? gzipSync(body) : body, zipped ? 'gzip' : undefined);
      expect(right).toContain(code);
      note(code);
      const before = sink.spans.length;
      note(await post(good));
      expect(sink.spans.length).toBeGreaterThan(before);
    }
    // A stream of zeros behind gzip's magic, and what is none.
    note(await post(Buffer.concat([Buffer.of(0x1f, 0x8b), Buffer.alloc(50)]), 'gzip'));
    expect(codes.get(202)).toBeGreaterThan(REQUESTS);
    expect(codes.get(400)).toBeGreaterThan(REQUESTS / 4);
    const text = await metrics.registry.metrics();
    for (const [code, count] of codes)
      expect(text).toContain(`spanwatch_${protocol}_requests_total{source="s",code="${code}"} ${count}\n`);
  },
);

it('gRPC: whatever frames come, each call ends with a status and is counted, and a good call is taken after each', async () => {
  const { sink, metrics, port } = await start('grpc');
  const random = createRandom(12);
  const statuses = new Map<number, number>();
  for (let i = 0; i < REQUESTS; i++) {
    const status = await call(port, frames(random));
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    const before = sink.spans.length;
    expect(await call(port, [frame(OTLP)])).toBe(0);
    expect(sink.spans.length).toBeGreaterThan(before);
  }
  // OK, CANCELLED, INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNIMPLEMENTED, INTERNAL: the specification's, never UNKNOWN.
  expect([0, 1, 3, 8, 12, 13]).toEqual(expect.arrayContaining([...statuses.keys()]));
  expect(statuses.get(3)).toBeGreaterThan(REQUESTS / 10);
  const text = await metrics.registry.metrics();
  const counted = [...text.matchAll(/^spanwatch_otlp_grpc_requests_total\{.*\} (\d+)$/gm)];
  const sum = counted.reduce((total, [, count]) => total + Number(count), 0);
  // What is no message at all the library answers before we hear of it.
  expect(sum).toBeGreaterThanOrEqual(REQUESTS + (statuses.get(3) ?? 0));
  expect(sum).toBeLessThanOrEqual(2 * REQUESTS);
});

it('gRPC: bytes that are no HTTP/2 end their connection alone', async () => {
  const { sink, port } = await start('grpc');
  const random = createRandom(13);
  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  for (let i = 0; i < 60; i++) {
    const bytes = noise(random, 3000);
    await raw(port, i % 2 === 0 ? bytes : Buffer.concat([preface, bytes]));
  }
  expect(await call(port, [frame(OTLP)])).toBe(0);
  expect(sink.spans).toHaveLength(2);
});

async function start(protocol: 'zipkin' | 'jaeger' | 'grpc') {
  const sink = new RecordingSink();
  const runtime = testRuntime();
  const create = {
    zipkin: createZipkinSource,
    jaeger: createJaegerThriftSource,
    grpc: createOtlpGrpcSource,
  }[protocol];
  const config = { name: 's', host: '127.0.0.1', port: 0 };
  const source = create(config, createFormats(new Names()), { sink }, runtime);
  await source.start();
  stops.push(() => source.shutdown());
  return { sink, metrics: runtime.metrics, port: source.port };
}

/** As a message goes over the wire: a byte whether it is compressed, four of length, and the message. */
function frame(message: Uint8Array, { compressed = 0, length = message.length } = {}): Buffer {
  const head = Buffer.alloc(5);
  head[0] = compressed;
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, message]);
}

function frames(random: Random): Buffer[] {
  const body = hostile(OTLP, random);
  switch (Math.floor(random() * 8)) {
    case 0:
      // More is announced than comes.
      return [frame(body, { length: body.length + 1 + Math.floor(random() * 1000) })];
    case 1:
      return [frame(body, { length: 0xff_ff_ff_ff })];
    case 2:
      return [frame(deflateRawSync(body), { compressed: 1 })];
    case 3:
      return [frame(body, { compressed: 7 })];
    case 4:
      return [frame(OTLP), frame(body)];
    case 5:
      return [noise(random, 100)];
    default:
      return [frame(body)];
  }
}

/** One call of Export with these bytes; its status. */
function call(port: number, bytes: readonly Buffer[]): Promise<number> {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  return new Promise<number>((resolve, reject) => {
    session.once('error', reject);
    const stream = session.request({
      ...{ ':method': 'POST', ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export' },
      ...{ 'content-type': 'application/grpc', te: 'trailers' },
    });
    let status: number | undefined;
    const look = (headers: Readonly<Record<string, unknown>>): void => {
      if (headers['grpc-status'] !== undefined) status = Number(headers['grpc-status']);
    };
    stream.on('response', look).on('trailers', look).resume();
    // A stream that is reset without a status is what a client takes for CANCELLED.
    stream.once('error', () => undefined).once('close', () => resolve(status ?? 1));
    for (const each of bytes) stream.write(each);
    stream.end();
  }).finally(() => session.destroy());
}

/** Resolves when the other side has ended the connection, or has not within a while. */
function raw(port: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const timer = setTimeout(() => socket.destroy(), 200);
    socket
      .on('error', () => undefined)
      .once('close', () => {
        clearTimeout(timer);
        resolve();
      })
      .resume();
  });
}
