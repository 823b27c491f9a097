import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import { createFormats, sniffFormat } from '../../src/formats/index.ts';
import { encodeJson, encodeProto, testSpan } from './otlp-messages.ts';

const groups = [{ resource: { 'service.name': 'a' }, spans: [testSpan()] }];
const proto = encodeProto(groups);
const many = encodeProto([{ spans: Array.from({ length: 100 }, () => testSpan()) }]);

function uint32(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

describe('sniffFormat', () => {
  it.each<[string, string | Uint8Array, unknown]>([
    ['gzip', gzipSync('x'), { kind: 'gzip' }],
    ['nothing', '', { kind: 'empty' }],
    ['blank lines', '\n \r\n\t', { kind: 'empty' }],
    ['OTLP JSON', encodeJson(groups), { kind: 'json', format: 'otlp-json' }],
    [
      'OTLP JSON, pretty',
      JSON.stringify(JSON.parse(encodeJson(groups)), null, 2),
      { kind: 'json', format: 'otlp-json' },
    ],
    [
      'OTLP JSON after a byte order mark',
      '\ufeff ' + encodeJson(groups),
      { kind: 'json', format: 'otlp-json' },
    ],
    ['OTLP JSON in snake case', '{"resource_spans":[', { kind: 'json', format: 'otlp-json' }],
    ['Jaeger api_v3', '{"result":{"resourceSpans":[]}}', { kind: 'json', format: 'otlp-json' }],
    ['an empty OTLP request', '{ }', { kind: 'json', format: 'otlp-json' }],
    ['Jaeger UI', '{"data":[{"traceID":"1","spans":[]}]}', { kind: 'json', format: 'jaeger-json' }],
    ['a Jaeger trace', '{"spans":[{"traceID":"1"', { kind: 'json', format: 'jaeger-json' }],
    ['no Jaeger traces', '{"data":[],"total":0}', { kind: 'json', format: 'jaeger-json' }],
    ['Zipkin', '[{"id":"1","traceId":"2"}]', { kind: 'json', format: 'zipkin-json' }],
    ['no Zipkin spans', '[]', { kind: 'json', format: 'zipkin-json' }],
    ['telling keys as values only', '{"a":"resourceSpans","b":["traceID"]}', { kind: 'unknown' }],
    ['OTLP protobuf', proto, { kind: 'proto', format: 'otlp-proto', framing: 'single' }],
    [
      'much OTLP protobuf',
      many.subarray(0, 4096),
      { kind: 'proto', format: 'otlp-proto', framing: 'single' },
    ],
    [
      'OTLP protobuf in a stream',
      Buffer.concat([Buffer.from([proto.length]), proto]),
      { kind: 'proto', format: 'otlp-proto', framing: 'varint' },
    ],
    [
      "OTLP protobuf as the Collector's file exporter frames it",
      Buffer.concat([uint32(proto.length), proto]),
      { kind: 'proto', format: 'otlp-proto', framing: 'uint32' },
    ],
    ['text', 'hello world', { kind: 'unknown' }],
    ['a JSON number', '17', { kind: 'unknown' }],
    ['zeros', new Uint8Array(64), { kind: 'unknown' }],
  ])('knows %s', (_, content, expected) => {
    expect(sniffFormat(typeof content === 'string' ? Buffer.from(content) : content)).toEqual(expected);
  });

  it.each([10, 11, 0x5b, 0x7b, 200])(
    'tells a stream whose first message has %i bytes from a single message',
    (length) => {
      // resource_spans { schema_url } padded to exactly that length.
      const long = length - 2 >= 128 ? 2 : 1;
      const inner = length - 1 - long;
      const url = inner - 2 >= 128 ? inner - 3 : inner - 2;
      const varint = (n: number) => (n >= 128 ? [(n & 0x7f) | 0x80, n >> 7] : [n]);
      const message = Buffer.concat([
        Buffer.from([0x0a, ...varint(inner), 0x1a, ...varint(url)]),
        Buffer.alloc(url, 'a'),
      ]);
      expect(message.length).toBe(length);
      const stream = Buffer.concat([Buffer.from(varint(length)), message]);
      expect(sniffFormat(stream)).toMatchObject({ framing: 'varint' });
      expect(sniffFormat(message)).toMatchObject({ framing: 'single' });
    },
  );

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void sniffFormat(bytes)),
      { numRuns: 2000 },
    );
  });
});

describe('decodeBest', () => {
  it.each([
    ['protobuf', proto],
    ['JSON', Buffer.from(encodeJson(groups))],
  ])('reads %s', (_, bytes) => {
    const formats = createFormats(new Names());
    expect(formats.decodeBest(bytes, new SpanBatch(formats.names)).spans).toBe(1);
  });

  it('refuses what is nothing it knows', () => {
    const formats = createFormats(new Names());
    expect(formats.decodeBest(Buffer.from('hello'), new SpanBatch(formats.names))).toMatchObject({
      fatal: true,
    });
  });
});
