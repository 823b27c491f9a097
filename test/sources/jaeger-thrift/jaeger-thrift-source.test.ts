import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { Names } from '../../../src/domain/names.ts';
import { createFormats } from '../../../src/formats/index.ts';
import {
  createJaegerThriftSource,
  type JaegerThriftConfig,
} from '../../../src/sources/jaeger-thrift/index.ts';
import { RecordingSink, testRuntime } from '../recording-sink.ts';

/** As Jaeger's Node client posted it; test/formats/jaeger-thrift.test.ts says what is in it. */
const BATCH = readFileSync(
  new URL('../../goldens/formats/jaeger-client-node-3.19.0.thrift', import.meta.url),
);
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(config: Partial<JaegerThriftConfig> = {}) {
  const sink = new RecordingSink();
  const runtime = testRuntime();
  const source = createJaegerThriftSource(
    { name: 'old', host: '127.0.0.1', port: 0, ...config },
    createFormats(new Names()),
    { sink },
    runtime,
  );
  await source.start();
  stops.push(() => source.shutdown());
  const post = async (body: Uint8Array, headers: Record<string, string> = {}, query = '') => {
    const answer = await request(`http://127.0.0.1:${source.port}/api/traces${query}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-thrift', ...headers },
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  };
  return { sink, post, metrics: runtime.metrics };
}

describe('the receiver of what Jaeger clients send', () => {
  it('takes a batch as the Node client posts it, and as others name its type', async () => {
    const { sink, post, metrics } = await start();
    expect(await post(BATCH, {}, '?format=jaeger.thrift')).toEqual({ status: 202, text: '' });
    const other = { 'content-type': 'application/vnd.apache.thrift.binary', 'content-encoding': 'gzip' };
    expect((await post(gzipSync(BATCH), other)).status).toBe(202);
    expect(sink.spans).toHaveLength(6);
    expect(sink.sources).toEqual(['old', 'old']);
    const text = await metrics.registry.metrics();
    expect(text).toContain('spanwatch_jaeger_requests_total{source="old",code="202"} 2');
    expect(text).toContain('spanwatch_received_spans_total{source="old"} 6');
  });

  it.each([
    ['what is cut off', BATCH.subarray(0, 500), {}, 400, /^byte \d+: the message is cut off\n$/],
    ['another type', BATCH, { 'content-type': 'application/json' }, 415, /must be application\/x-thrift or/],
    ['too much', Buffer.alloc(3000), {}, 413, /exceeds 2048 bytes/],
  ] as const)('refuses %s with a line of text, and takes nothing', async (_, body, headers, status, text) => {
    const { sink, post } = await start({ maxBodyBytes: 2048 });
    expect(await post(body, headers)).toMatchObject({ status, text: expect.stringMatching(text) });
    expect(sink.spans).toEqual([]);
  });

  it('asks for its token', async () => {
    const { post } = await start({ token: 'sesame' });
    expect((await post(BATCH)).status).toBe(401);
    expect((await post(BATCH, { authorization: 'Bearer sesame' })).status).toBe(202);
  });
});
