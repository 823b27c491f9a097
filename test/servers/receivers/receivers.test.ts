import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Names } from '../../../src/domain/names.ts';
import { SpanBatch } from '../../../src/domain/span-batch.ts';
import { createFormats } from '../../../src/formats/index.ts';
import { createOtlpGrpcSource } from '../../../src/sources/otlp-grpc/index.ts';
import { spanViews } from '../../formats/span-view.ts';
import { RecordingSink, testRuntime } from '../../sources/recording-sink.ts';
import { generateTraces, startCollector } from '../rig/collector.ts';
import { haveServers, serverFolder } from '../rig/index.ts';
import { startJaeger } from '../rig/jaeger.ts';

const stops: (() => Promise<void>)[] = [];
const folder = serverFolder('receivers');
let passed = true;
afterEach(async ({ task }) => {
  for (const stop of stops.splice(0).reverse()) await stop();
  if (task.result?.state === 'fail') passed = false;
});
afterAll(() => folder.done(passed));

async function receive() {
  const sink = new RecordingSink();
  const config = { name: 'grpc', host: '127.0.0.1', port: 0 };
  const source = createOtlpGrpcSource(config, createFormats(new Names()), { sink }, testRuntime());
  await source.start();
  stops.push(() => source.shutdown());
  return { sink, source };
}

describe.skipIf(!(await haveServers('jaeger')))('jaeger.thrift', () => {
  it("is read as the real Jaeger reads it, to the last field of what Jaeger's own client sent", async () => {
    const bytes = readFileSync(
      new URL('../../goldens/formats/jaeger-client-node-3.19.0.thrift', import.meta.url),
    );
    const jaeger = await startJaeger({ folder: join(folder.path, 'jaeger') });
    stops.push(() => jaeger.stop());
    const posted = await request(`${jaeger.thriftHttp}/api/traces?format=jaeger.thrift`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-thrift' },
      body: bytes,
    });
    await posted.body.dump();
    expect(posted.statusCode).toBe(202);
    const { byName, names } = createFormats(new Names());
    const [ours, theirs] = [new SpanBatch(names), new SpanBatch(names)];
    byName['jaeger-thrift'].decode(bytes, ours);
    const read = async (): Promise<number> => {
      const { body } = await request(`${jaeger.query}/api/traces/19237026f4e3edb5`);
      theirs.clear();
      byName['jaeger-json'].decode(await body.bytes(), theirs);
      return theirs.length;
    };
    await expect.poll(read, { timeout: 60_000 }).toBe(3);
    const byId = (batch: SpanBatch) => spanViews(batch).sort((a, b) => (a.spanId < b.spanId ? -1 : 1));
    expect(byId(ours)).toEqual(byId(theirs));
  });
});

describe.skipIf(!(await haveServers('collector')))('OTLP/gRPC', () => {
  it('takes what telemetrygen and the Collector send, gzipped and not, and what was refused for a while', async () => {
    const direct = await receive();
    await generateTraces(`127.0.0.1:${direct.source.port}`, 100);
    expect(direct.sink.spans).toHaveLength(200);

    const [plain, gzip] = [await receive(), await receive()];
    const to = (port: number, compression: string): object => ({
      endpoint: `127.0.0.1:${port}`,
      tls: { insecure: true },
      compression,
      retry_on_failure: { initial_interval: '100ms' },
    });
    const collector = await startCollector({
      folder: folder.path,
      exporters: { 'otlp/plain': to(plain.source.port, 'none'), 'otlp/gzip': to(gzip.source.port, 'gzip') },
    });
    stops.push(() => collector.stop());
    gzip.sink.outcome = { kind: 'busy', retryAfterMs: 1000 };
    await generateTraces(collector.otlpGrpc, 100);
    await expect.poll(() => plain.sink.spans.length, { timeout: 60_000 }).toBe(200);
    await expect.poll(() => gzip.sink.refused, { timeout: 60_000 }).toBeGreaterThan(0);
    gzip.sink.outcome = { kind: 'ok' };
    await expect.poll(() => gzip.sink.spans.length, { timeout: 60_000 }).toBe(200);
    expect(new Set(gzip.sink.spans.map(({ spanId }) => spanId)).size).toBe(200);
  });
});
