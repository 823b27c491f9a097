import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import { createFormats } from '../../src/formats/index.ts';
import { createOtlpSender, simulate } from '../../src/simulator/index.ts';
import { rejectedSpansOf } from '../../src/simulator/otlp-response.ts';
import { START_MS, plainSpans, secondsOf } from './spans-of.ts';

interface Received {
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

type Reply = { status: number; headers?: Record<string, string>; body?: Uint8Array | string };

describe('createOtlpSender', () => {
  let server: Server;
  let url = '';
  let received: Received[] = [];
  let replies: Reply[] = [];

  beforeEach(async () => {
    received = [];
    replies = [];
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ path: request.url, headers: request.headers, body: Buffer.concat(chunks) });
        const reply = replies.shift() ?? { status: 200 };
        response.writeHead(reply.status, reply.headers).end(reply.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const batch = secondsOf(simulate({ seed: 4, startMs: START_MS }), 0, 3);

  it.each([
    ['protobuf', false],
    ['protobuf', true],
    ['json', false],
    ['json', true],
  ] as const)('posts %s (gzip: %s) that decodes to the batch, split by size', async (encoding, gzip) => {
    const sender = createOtlpSender({ url, encoding, gzip, maxSpansPerRequest: 300 });
    expect(await sender.send(batch)).toEqual({ kind: 'sent', sentSpans: batch.length, rejectedSpans: 0 });
    await sender.close();
    const into = new SpanBatch(new Names());
    const formats = createFormats(into.names);
    for (const { path, headers, body } of received) {
      expect(path).toBe('/v1/traces');
      expect(headers['content-type']).toBe(
        encoding === 'json' ? 'application/json' : 'application/x-protobuf',
      );
      expect(headers['content-encoding']).toBe(gzip ? 'gzip' : undefined);
      formats.byName[encoding === 'json' ? 'otlp-json' : 'otlp-proto'].decode(
        gzip ? gunzipSync(body) : body,
        into,
      );
    }
    expect(received).toHaveLength(Math.ceil(batch.length / 300));
    expect(plainSpans(into)).toHaveLength(batch.length);
    expect(new Set(plainSpans(into).map((span) => span.id))).toEqual(
      new Set(plainSpans(batch).map((s) => s.id)),
    );
  });

  it('counts the spans that the receiver rejected, in both encodings', async () => {
    const json = createOtlpSender({ url, encoding: 'json', gzip: false });
    replies = [{ status: 200, body: '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"no"}}' }];
    expect(await json.send(batch)).toMatchObject({ kind: 'sent', rejectedSpans: 3 });
    await json.close();
    const proto = createOtlpSender({ url, encoding: 'protobuf', gzip: false });
    replies = [{ status: 200, body: Uint8Array.of(0x0a, 7, 0x08, 0xac, 0x02, 0x12, 2, 0x6e, 0x6f) }];
    expect(await proto.send(batch)).toMatchObject({ kind: 'sent', rejectedSpans: 300 });
    await proto.close();
  });

  it('says when to come back, how much was taken, and goes on from there', async () => {
    const sender = createOtlpSender({ url, encoding: 'protobuf', gzip: false, maxSpansPerRequest: 100 });
    replies = [{ status: 200 }, { status: 503, headers: { 'retry-after': '7' } }];
    const outcome = await sender.send(batch);
    expect(outcome).toEqual({ kind: 'retry', sentSpans: 100, afterMs: 7000, reason: 'HTTP 503' });
    expect(await sender.send(batch, 100)).toMatchObject({ kind: 'sent', sentSpans: batch.length - 100 });
    await sender.close();
  });

  it('gives up on what will not get better', async () => {
    const sender = createOtlpSender({
      url,
      encoding: 'json',
      gzip: false,
      headers: { authorization: 'Bearer x' },
    });
    replies = [{ status: 400 }];
    expect(await sender.send(batch)).toEqual({ kind: 'permanent', sentSpans: 0, reason: 'HTTP 400' });
    expect(received[0].headers.authorization).toBe('Bearer x');
    await sender.close();
  });

  it('asks for a retry when nobody listens', async () => {
    const sender = createOtlpSender({ url: 'http://127.0.0.1:1', encoding: 'json', gzip: false });
    expect(await sender.send(batch)).toMatchObject({ kind: 'retry', sentSpans: 0 });
    await sender.close();
  });

  it('reads answers of any bytes as nothing rejected', () => {
    for (const body of ['', '{}', '[]', 'null', '{"partialSuccess":null}', 'x'])
      expect(rejectedSpansOf(Buffer.from(body), 'json')).toBe(0);
    for (const body of [[], [0x0a], [0x0a, 2, 0x08], [0x0a, 2, 0x08, 0xff], [0x12, 1, 1, 1, 1]])
      expect(rejectedSpansOf(Uint8Array.from(body), 'protobuf')).toBe(0);
  });
});
