import {
  Client,
  compressionAlgorithms,
  credentials,
  Metadata,
  type ServiceError,
  status as Status,
} from '@grpc/grpc-js';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Names } from '../../../src/domain/names.ts';
import { createFormats } from '../../../src/formats/index.ts';
import { createOtlpGrpcSource, type OtlpGrpcConfig } from '../../../src/sources/otlp-grpc/index.ts';
import { TRACE_SERVICE } from '../../../src/sources/otlp-grpc/trace-service.ts';
import type { Admission } from '../../../src/sources/port.ts';
import { encodeProto, ExportResponse, testSpan } from '../../formats/otlp-messages.ts';
import { RecordingSink, testRuntime } from '../recording-sink.ts';

const good = encodeProto([{ resource: { 'service.name': 'cart' }, spans: [testSpan(), testSpan()] }]);
const stops: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function start(config: Partial<OtlpGrpcConfig> = {}, admission?: Admission) {
  const sink = new RecordingSink();
  const runtime = testRuntime();
  const source = createOtlpGrpcSource(
    { name: 'grpc', host: '127.0.0.1', port: 0, ...config },
    createFormats(new Names()),
    admission === undefined ? { sink } : { sink, admission },
    runtime,
  );
  await source.start();
  stops.push(() => source.shutdown());
  return { sink, source, metrics: runtime.metrics };
}

/** The answer, or the error that the call ended with. */
function send(
  port: number,
  bytes: Uint8Array,
  { metadata = new Metadata(), channel = credentials.createInsecure(), gzip = false } = {},
): Promise<Buffer | ServiceError> {
  const options = gzip ? { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip } : {};
  const client = new Client(`localhost:${port}`, channel, {
    ...options,
    'grpc.ssl_target_name_override': 'localhost',
  });
  stops.push(() => client.close());
  const { path, requestSerialize, responseDeserialize } = TRACE_SERVICE.Export;
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      Buffer.from(bytes),
      metadata,
      (error, value) => resolve(error ?? value ?? Buffer.from('nothing')),
    );
  });
}

describe('OTLP/gRPC', () => {
  it.each([false, true])('takes a request (gzip: %s) and answers with an empty message', async (gzip) => {
    const { sink, source } = await start();
    expect(await send(source.port, good, { gzip })).toEqual(Buffer.alloc(0));
    expect(sink.spans).toHaveLength(2);
    expect(sink.sources).toEqual(['grpc']);
  });

  it('says how many spans were left out', async () => {
    const { sink, source } = await start();
    const answer = await send(source.port, encodeProto([{ spans: [testSpan(), testSpan({ traceId: '' })] }]));
    const message = ExportResponse.toObject(ExportResponse.decode(answer as Buffer), { longs: Number });
    expect(message.partialSuccess).toMatchObject({ rejectedSpans: 1 });
    expect(message.partialSuccess.errorMessage).toMatch(/trace id is missing$/);
    expect(sink.spans).toHaveLength(1);
  });

  it('refuses what is no request for good, and lives on', async () => {
    const { sink, source, metrics } = await start();
    expect(await send(source.port, Buffer.from('hello'))).toMatchObject({
      code: Status.INVALID_ARGUMENT,
      details: expect.stringMatching(/^byte \d+: /),
    });
    await send(source.port, good);
    expect(sink.spans).toHaveLength(2);
    expect(await metrics.registry.metrics()).toContain(
      'spanwatch_otlp_grpc_requests_total{source="grpc",code="INVALID_ARGUMENT"} 1',
    );
  });

  it.each([false, true])('refuses messages over its limit (gzip: %s), without RetryInfo', async (gzip) => {
    const { sink, source } = await start({ maxMessageBytes: 4096 });
    const answer = (await send(source.port, Buffer.alloc(100_000), { gzip })) as ServiceError;
    expect(answer.code).toBe(Status.RESOURCE_EXHAUSTED);
    expect(answer.metadata.get('grpc-status-details-bin')).toEqual([]);
    expect(sink.spans).toHaveLength(0);
  });

  it('is unavailable with RetryInfo when the sink, the memory or the process is busy', async () => {
    let refusal: { retryAfterMs: number } | undefined;
    let room = true;
    let held = 0;
    const { sink, source } = await start(
      {},
      {
        refusal: () => refusal,
        take: (bytes) => room && (held += bytes) > 0,
        release: (bytes) => void (held -= bytes),
      },
    );
    const busy = async (): Promise<string> => {
      const answer = (await send(source.port, good)) as ServiceError;
      expect(answer.code).toBe(Status.UNAVAILABLE);
      return answer.metadata.get('grpc-status-details-bin')[0].toString('latin1');
    };
    refusal = { retryAfterMs: 2500 };
    expect(await busy()).toContain('type.googleapis.com/google.rpc.RetryInfo\x12\x04\x0a\x02\x08\x03');
    refusal = undefined;
    room = false;
    expect(await busy()).toContain('RetryInfo\x12\x04\x0a\x02\x08\x01');
    room = true;
    sink.outcome = { kind: 'busy', retryAfterMs: 9000 };
    expect(await busy()).toContain('RetryInfo\x12\x04\x0a\x02\x08\x09');
    expect(held).toBe(0);
  });

  it('asks for its token before it reads', async () => {
    const { sink, source } = await start({ token: 'sesame' });
    expect(await send(source.port, good)).toMatchObject({ code: Status.UNAUTHENTICATED });
    const metadata = new Metadata();
    metadata.set('authorization', 'Bearer sesame');
    expect(await send(source.port, good, { metadata })).toEqual(Buffer.alloc(0));
    expect(sink.spans).toHaveLength(2);
  });

  it('speaks TLS', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spanwatch-tls-'));
    stops.push(() => rmSync(folder, { recursive: true, force: true }));
    const file = (name: string): string => join(folder, name);
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const out = ['-keyout', file('key'), '-out', file('cert')];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...out, ...subject],
      {
        stdio: 'ignore',
      },
    );
    const cert = readFileSync(file('cert'), 'utf8');
    const { sink, source } = await start({ tls: { cert, key: readFileSync(file('key'), 'utf8') } });
    const channel = credentials.createSsl(Buffer.from(cert));
    expect(await send(source.port, good, { channel })).toEqual(Buffer.alloc(0));
    expect(sink.spans).toHaveLength(2);
    await expect(start({ tls: { cert: 'x', key: 'y' } })).rejects.toMatchObject({ code: 'cannot_listen' });
  });

  it('says in one line why it does not start', async () => {
    const { source } = await start();
    await expect(start({ port: source.port })).rejects.toMatchObject({ code: 'port_taken' });
    await expect(start({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'open_to_the_network' });
  });
});
