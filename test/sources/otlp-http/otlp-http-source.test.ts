import { connect, createServer } from 'node:net';
import { Readable } from 'node:stream';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { request } from 'undici';
import type { AcceptOutcome, Arrival, SpanSink } from '../../../src/domain/arrival.ts';
import { Names } from '../../../src/domain/names.ts';
import { createFormats } from '../../../src/formats/index.ts';
import { createMetrics, createRandom, createWallClock, silentLogger } from '../../../src/runtime/index.ts';
import { createOtlpHttpSource, type OtlpHttpConfig } from '../../../src/sources/otlp-http/index.ts';
import type { Admission } from '../../../src/sources/port.ts';
import { ByteBudget } from '../../../src/overload/byte-budget.ts';
import { encodeJson, encodeProto, ExportResponse, RpcStatus, testSpan } from '../../formats/otlp-messages.ts';
import { spanViews } from '../../formats/span-view.ts';

const PROTO = 'application/x-protobuf';
const JSON_TYPE = 'application/json';
const good = [{ resource: { 'service.name': 'cart' }, spans: [testSpan(), testSpan()] }];
const partly = [{ spans: [testSpan(), testSpan({ traceId: '' })] }];

class RecordingSink implements SpanSink {
  outcome: AcceptOutcome = { kind: 'ok' };
  readonly spans: unknown[] = [];
  readonly sources: string[] = [];

  accept(arrival: Arrival): AcceptOutcome {
    if (this.outcome.kind === 'ok') {
      this.spans.push(...spanViews(arrival.batch));
      this.sources.push(arrival.source);
    }
    return this.outcome;
  }
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(config: Partial<OtlpHttpConfig> = {}, admission?: Admission) {
  const sink = new RecordingSink();
  const metrics = createMetrics();
  const runtime = { clock: createWallClock(), logger: silentLogger(), metrics, random: createRandom(1) };
  const formats = createFormats(new Names());
  const source = createOtlpHttpSource(
    { name: 'otlp', host: '127.0.0.1', port: 0, ...config },
    formats,
    admission === undefined ? { sink } : { sink, admission },
    runtime,
  );
  await source.start();
  stops.push(() => source.shutdown());
  const post = async (
    body: string | Uint8Array,
    headers: Record<string, string> = { 'content-type': PROTO },
  ) => {
    const response = await request(`http://127.0.0.1:${source.port}/v1/traces`, {
      method: 'POST',
      body,
      headers,
    });
    return {
      status: response.statusCode,
      headers: response.headers,
      body: Buffer.from(await response.body.arrayBuffer()),
    };
  };
  return { source, sink, metrics, post };
}

function rpcStatus(body: Uint8Array) {
  return RpcStatus.toObject(RpcStatus.decode(body)) as { code: number; message: string };
}

describe('OTLP/HTTP', () => {
  it('takes protobuf and answers with an empty message', async () => {
    const { sink, post } = await start();
    const response = await post(encodeProto(good));
    expect(response).toMatchObject({ status: 200, headers: { 'content-type': PROTO } });
    expect(response.body).toHaveLength(0);
    expect(sink.spans).toHaveLength(2);
    expect(sink.sources).toEqual(['otlp']);
  });

  it('takes JSON on the same port and answers in JSON', async () => {
    const { sink, post } = await start();
    const response = await post(encodeJson(good), { 'content-type': 'application/json; charset=utf-8' });
    expect(response).toMatchObject({ status: 200, headers: { 'content-type': JSON_TYPE } });
    expect(response.body.toString()).toBe('{}');
    expect(sink.spans).toHaveLength(2);
  });

  it.each([
    ['gzip', gzipSync(encodeProto(good))],
    ['deflate', deflateSync(encodeProto(good))],
    ['identity', encodeProto(good)],
  ])('takes %s', async (coding, body) => {
    const { sink, post } = await start();
    expect((await post(body, { 'content-type': PROTO, 'content-encoding': coding })).status).toBe(200);
    expect(sink.spans).toHaveLength(2);
  });

  it('says how many spans were left out, in protobuf', async () => {
    const { sink, post } = await start();
    const response = await post(encodeProto(partly));
    expect(response.status).toBe(200);
    const message = ExportResponse.toObject(ExportResponse.decode(response.body), { longs: Number });
    expect(message.partialSuccess.rejectedSpans).toBe(1);
    expect(message.partialSuccess.errorMessage).toMatch(/^byte \d+: trace id is missing$/);
    expect(sink.spans).toHaveLength(1);
  });

  it('says how many spans were left out, in JSON', async () => {
    const { post } = await start();
    const response = await post(encodeJson(partly), { 'content-type': JSON_TYPE });
    expect(JSON.parse(response.body.toString())).toEqual({
      partialSuccess: {
        rejectedSpans: '1',
        errorMessage: 'resourceSpans[0].scopeSpans[0].spans[1]: trace id is missing',
      },
    });
  });

  it('takes an empty request without asking the sink', async () => {
    const { sink, post } = await start();
    expect((await post(new Uint8Array(0))).status).toBe(200);
    expect((await post('{}', { 'content-type': JSON_TYPE })).status).toBe(200);
    expect(sink.sources).toEqual([]);
  });

  it('refuses bad protobuf with a status in protobuf', async () => {
    const { sink, post } = await start();
    const response = await post('hello');
    expect(response).toMatchObject({ status: 400, headers: { 'content-type': PROTO } });
    expect(rpcStatus(response.body)).toMatchObject({ code: 3 });
    expect(rpcStatus(response.body).message).toMatch(/^byte \d+: /);
    expect(sink.spans).toHaveLength(0);
  });

  it('refuses bad JSON with a status in JSON', async () => {
    const { post } = await start();
    const response = await post('{"resourceSpans":', { 'content-type': JSON_TYPE });
    expect(response).toMatchObject({ status: 400, headers: { 'content-type': JSON_TYPE } });
    expect(JSON.parse(response.body.toString())).toMatchObject({ code: 3 });
  });

  it('refuses a body that is no gzip', async () => {
    const { post } = await start();
    const response = await post(encodeProto(good), { 'content-type': PROTO, 'content-encoding': 'gzip' });
    expect(response.status).toBe(400);
    expect(rpcStatus(response.body).message).toBe('the body is no gzip');
  });

  it.each([
    ['content type', { 'content-type': 'text/plain' }],
    ['missing content type', {}],
    ['content encoding', { 'content-type': PROTO, 'content-encoding': 'zstd' }],
  ])('answers 415 to an unknown or %s', async (_, headers) => {
    const { post } = await start();
    expect((await post(encodeProto(good), headers as Record<string, string>)).status).toBe(415);
  });

  it('answers 413 to a body that is too large', async () => {
    const { post } = await start({ maxBodyBytes: 1000 });
    const response = await post(new Uint8Array(1001));
    expect(response.status).toBe(413);
    expect(rpcStatus(response.body)).toEqual({ code: 8, message: 'the body exceeds 1000 bytes' });
  });

  it('answers 413 to a bomb without inflating it', async () => {
    const { post } = await start({ maxInflatedBytes: 1_000_000 });
    const bomb = gzipSync(new Uint8Array(50_000_000));
    const before = process.memoryUsage().arrayBuffers;
    const response = await post(bomb, { 'content-type': PROTO, 'content-encoding': 'gzip' });
    expect(response.status).toBe(413);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  });

  it('answers 413 to a plain body above what may be inflated', async () => {
    const { post } = await start({ maxInflatedBytes: 100 });
    expect((await post(new Uint8Array(101))).status).toBe(413);
  });

  it('answers 429 with Retry-After when the sink is busy, and takes the same again', async () => {
    const { sink, post } = await start();
    sink.outcome = { kind: 'busy', retryAfterMs: 1500 };
    const response = await post(encodeProto(good));
    expect(response).toMatchObject({ status: 429, headers: { 'retry-after': '2' } });
    expect(rpcStatus(response.body).code).toBe(8);
    sink.outcome = { kind: 'ok' };
    expect((await post(encodeProto(good))).status).toBe(200);
    expect(sink.spans).toHaveLength(2);
  });

  it('answers 503, which senders retry, when the sink fails', async () => {
    const { sink, post } = await start();
    sink.accept = () => {
      throw new Error('disk full');
    };
    const response = await post(encodeProto(good));
    expect(response.status).toBe(503);
    expect(rpcStatus(response.body).message).not.toContain('disk');
  });

  it.each([
    ['none', undefined, 401],
    ['a wrong one', 'Bearer nope', 401],
    ['a longer one', 'Bearer secret2', 401],
    ['another scheme', 'Basic secret', 401],
    ['the right one', 'Bearer secret', 200],
  ])('asks for the token: %s', async (_, authorization, status) => {
    const { post } = await start({ token: 'secret' });
    const headers = { 'content-type': PROTO, ...(authorization === undefined ? {} : { authorization }) };
    expect((await post(encodeProto(good), headers)).status).toBe(status);
  });

  it('listens on other addresses with a token or insecure only', async () => {
    await expect(start({ host: '0.0.0.0' })).rejects.toThrow(
      'source otlp: 0.0.0.0 can be reached from other machines',
    );
    await expect(start({ host: '0.0.0.0', insecure: true })).resolves.toBeDefined();
    await expect(start({ host: '0.0.0.0', token: 'secret' })).resolves.toBeDefined();
  });

  it('says in one line that a port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(start({ port })).rejects.toThrow(
      `source otlp: 127.0.0.1:${port} is in use (4318 is often another collector's): set another port`,
    );
    await new Promise((resolve) => other.close(resolve));
  });

  it('counts requests and spans', async () => {
    const { metrics, post } = await start();
    await post(encodeProto(good));
    await post(encodeProto(partly));
    await post('hello');
    const text = await metrics.registry.metrics();
    expect(text).toContain('spanwatch_otlp_requests_total{source="otlp",code="200"} 2');
    expect(text).toContain('spanwatch_otlp_requests_total{source="otlp",code="400"} 1');
    expect(text).toContain('spanwatch_received_spans_total{source="otlp"} 3');
    expect(text).toContain('spanwatch_rejected_spans_total{source="otlp",reason="unusable"} 1');
  });

  it('keeps bodies apart that arrive at the same time', async () => {
    const { sink, post } = await start();
    const bodies = Array.from({ length: 20 }, (_, i) =>
      gzipSync(
        encodeProto([
          { resource: { 'service.name': `s${i}` }, spans: Array.from({ length: i + 1 }, () => testSpan()) },
        ]),
      ),
    );
    const headers = { 'content-type': PROTO, 'content-encoding': 'gzip' };
    await Promise.all(bodies.map((body) => post(body, headers)));
    expect(sink.spans).toHaveLength(210);
  });

  it.each(['gzip, gzip', 'deflate, gzip', 'gzip,identity'])(
    'refuses a body that is coded twice: %s',
    async (coding) => {
      const { post } = await start();
      const body = gzipSync(gzipSync(encodeProto(good)));
      const response = await post(body, { 'content-type': PROTO, 'content-encoding': coding });
      expect(response.status).toBe(415);
      expect(rpcStatus(response.body).code).toBe(12);
    },
  );

  it('answers 400 to a gzip that is cut off', async () => {
    const { post } = await start();
    const body = gzipSync(encodeProto(good)).subarray(0, -9);
    expect((await post(body, { 'content-type': PROTO, 'content-encoding': 'gzip' })).status).toBe(400);
  });

  it('answers 413 to a body without a length once it is too large', async () => {
    const { source } = await start({ maxBodyBytes: 100_000 });
    const chunks = Readable.from(Array.from({ length: 50 }, () => Buffer.alloc(10_000)));
    const response = await request(`http://127.0.0.1:${source.port}/v1/traces`, {
      method: 'POST',
      body: chunks,
      headers: { 'content-type': PROTO },
    });
    expect(response.statusCode).toBe(413);
    await response.body.dump();
  });

  it('answers 400 to JSON nested too deeply, and to the end of protobuf that is cut off', async () => {
    const { post } = await start();
    const deep = await post(`{"resourceSpans":${'['.repeat(2_000_000)}`, { 'content-type': JSON_TYPE });
    expect(deep.status).toBe(400);
    expect(JSON.parse(deep.body.toString())).toEqual({ code: 3, message: 'JSON nested more than 256 deep' });
    expect((await post(encodeProto(good).subarray(0, -3))).status).toBe(400);
  });

  it('answers 429 while bodies in flight have no room, and gives back what it held', async () => {
    const room = new ByteBudget(50_000);
    const { post } = await start(
      {},
      { take: (n) => room.take(n), release: (n) => room.release(n), refusal: () => undefined },
    );
    const large = await post(new Uint8Array(60_000));
    expect(large).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    expect(rpcStatus(large.body).code).toBe(8);
    const bomb = await post(gzipSync(new Uint8Array(10_000_000)), {
      'content-type': PROTO,
      'content-encoding': 'gzip',
    });
    expect(bomb.status).toBe(429);
    expect((await post(encodeProto(good))).status).toBe(200);
    expect((await post('hello')).status).toBe(400);
    expect(room.held).toBe(0);
  });

  it('refuses before it reads when it is told to', async () => {
    const { sink, post } = await start(
      {},
      { take: () => true, release: () => undefined, refusal: () => ({ retryAfterMs: 5000 }) },
    );
    expect(await post(encodeProto(good))).toMatchObject({ status: 429, headers: { 'retry-after': '5' } });
    expect(sink.spans).toHaveLength(0);
  });

  it('cuts off a sender that does not get done, and holds nothing of it', async () => {
    const room = new ByteBudget(1_000_000);
    const { source } = await start(
      { requestTimeoutMs: 200 },
      { take: (n) => room.take(n), release: (n) => room.release(n), refusal: () => undefined },
    );
    const socket = connect(source.port, '127.0.0.1');
    const head = `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: ${PROTO}\r\ncontent-length: 1000\r\n\r\n`;
    socket.write(`${head}${'x'.repeat(100)}`);
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(room.held).toBe(0);
  });

  it('answers other paths with 404 and other methods too', async () => {
    const { source } = await start();
    for (const [method, path] of [
      ['POST', '/v1/metrics'],
      ['GET', '/v1/traces'],
    ] as const) {
      const response = await request(`http://127.0.0.1:${source.port}${path}`, { method });
      expect(response.statusCode).toBe(404);
      expect(await response.body.json()).toMatchObject({ code: 5 });
    }
  });
});
