import { gzipSync } from 'node:zlib';
import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { Names } from '../../../src/domain/names.ts';
import { createFormats } from '../../../src/formats/index.ts';
import { ByteBudget } from '../../../src/overload/byte-budget.ts';
import type { Admission } from '../../../src/sources/port.ts';
import { createZipkinSource, type ZipkinConfig } from '../../../src/sources/zipkin/index.ts';
import { RecordingSink, testRuntime } from '../recording-sink.ts';

/** As a B3 client sends it: a trace id of 64 bits. */
const span = {
  traceId: '463ac35c9f6413ad',
  id: '72485a3953bb6124',
  name: 'get /api',
  kind: 'SERVER',
  timestamp: 1_700_000_000_000_000,
  duration: 2500,
  localEndpoint: { serviceName: 'frontend', ipv4: '10.0.0.1' },
};
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(config: Partial<ZipkinConfig> = {}, admission?: Admission) {
  const sink = new RecordingSink();
  const runtime = testRuntime();
  const next = admission === undefined ? { sink } : { sink, admission };
  const source = createZipkinSource(
    { name: 'zipkin', host: '127.0.0.1', port: 0, ...config },
    createFormats(new Names()),
    next,
    runtime,
  );
  await source.start();
  stops.push(() => source.shutdown());
  const post = async (
    body: string | Uint8Array,
    headers: Record<string, string> = {},
    path = '/api/v2/spans',
  ) => {
    const answer = await request(`http://127.0.0.1:${source.port}${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  };
  return { sink, post, metrics: runtime.metrics };
}

describe('the Zipkin receiver', () => {
  it('takes spans with B3 ids of 16 digits, padded', async () => {
    const { sink, post } = await start();
    expect(await post(JSON.stringify([span]))).toMatchObject({ status: 202, text: '' });
    expect(sink.spans).toMatchObject([
      { traceId: '0000000000000000463ac35c9f6413ad', spanId: '72485a3953bb6124', durationUs: 2500 },
    ]);
    expect(sink.sources).toEqual(['zipkin']);
  });

  it('takes gzip, and refuses what is none', async () => {
    const { sink, post } = await start();
    const coded = { 'content-encoding': 'gzip' };
    expect((await post(gzipSync(JSON.stringify([span])), coded)).status).toBe(202);
    expect(await post(JSON.stringify([span]), coded)).toMatchObject({
      status: 400,
      text: 'the body is no gzip\n',
    });
    expect(sink.spans).toHaveLength(1);
  });

  it('leaves out an unusable span, counts it, and takes the rest', async () => {
    const { sink, post, metrics } = await start();
    expect((await post(JSON.stringify([{ ...span, id: '' }, span]))).status).toBe(202);
    expect(sink.spans).toHaveLength(1);
    expect(await metrics.registry.metrics()).toContain(
      'spanwatch_rejected_spans_total{source="zipkin",reason="unusable"} 1',
    );
  });

  it.each([
    ['no JSON', '[{', {}, 400, /^not valid JSON/],
    ['another type', '<x/>', { 'content-type': 'application/x-thrift' }, 415, /application\/json/],
    ['another coding', '[]', { 'content-encoding': 'br' }, 415, /gzip/],
    ['too much', `[${' '.repeat(2000)}]`, {}, 413, /exceeds 1024 bytes/],
    [
      'a bomb',
      gzipSync(Buffer.alloc(100_000, 32)),
      { 'content-encoding': 'gzip' },
      413,
      /exceeds 4096 bytes/,
    ],
  ] as const)('refuses %s with a line of text', async (_name, body, headers, status, text) => {
    const { post } = await start({ maxBodyBytes: 1024, maxInflatedBytes: 4096 });
    expect(await post(body, headers)).toMatchObject({ status, text: expect.stringMatching(text) });
  });

  it('asks for its token, and knows no other path', async () => {
    const { post } = await start({ token: 'sesame' });
    expect((await post('[]')).status).toBe(401);
    expect((await post('[]', { authorization: 'Bearer sesame' })).status).toBe(202);
    expect((await post('[]', { authorization: 'Bearer sesame' }, '/api/v1/spans')).status).toBe(404);
  });

  it('answers 429 with a time when it is too much, and gives back what it held', async () => {
    const budget = new ByteBudget(64);
    let refused = false;
    const admission: Admission = {
      refusal: () => (refused ? { retryAfterMs: 2500 } : undefined),
      take: (bytes) => budget.take(bytes),
      release: (bytes) => budget.release(bytes),
    };
    const { sink, post } = await start({}, admission);
    expect((await post(JSON.stringify([span]))).status).toBe(429);
    expect((await post('[]')).status).toBe(202);
    refused = true;
    expect(await post('[]')).toMatchObject({ status: 429, headers: { 'retry-after': '3' } });
    refused = false;
    sink.outcome = { kind: 'busy', retryAfterMs: 1 };
    expect((await post('[]')).status).toBe(202);
  });
});
