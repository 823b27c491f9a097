import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import { createFormats } from '../../src/formats/index.ts';
import { OtlpJsonQuick } from '../../src/formats/otlp-json-quick.ts';
import { createOtlpJsonFormat, createTolerantOtlpJsonFormat } from '../../src/formats/otlp-json.ts';
import { encodeJson, encodeProto, testSpan, type TestGroup } from './otlp-messages.ts';
import { spanView, spanViews } from './span-view.ts';

function setUp() {
  const formats = createFormats(new Names());
  const batch = new SpanBatch(formats.names);
  const decode = (text: string | Uint8Array) =>
    formats.byName['otlp-json'].decode(typeof text === 'string' ? Buffer.from(text) : text, batch);
  return { formats, batch, decode };
}

function decodeSpan(json: Record<string, unknown>) {
  const { batch, decode } = setUp();
  const base = {
    traceId: '0102030405060708090a0b0c0d0e0f10',
    spanId: 'a1a2a3a4a5a6a7a8',
    name: 'op',
    startTimeUnixNano: '1700000000123456789',
    endTimeUnixNano: '1700000000124956790',
  };
  const outcome = decode(
    JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...base, ...json }] }] }] }),
  );
  return { outcome, span: outcome.spans === 1 ? spanView(batch, 0) : undefined };
}

describe('OTLP JSON', () => {
  it('gives the same spans as the protobuf of the same message', () => {
    const groups: TestGroup[] = [
      {
        resource: {
          'service.name': 'cart',
          'service.namespace': 'shop',
          'k8s.pod.name': 'c-1',
          'service.version': '2',
        },
        spans: [
          testSpan({
            kind: 3,
            parentSpanId: '00000000000000ff',
            attributes: { 'db.system': 'mysql', 'db.name': 'x' },
          }),
          testSpan({
            kind: 0,
            attributes: { 'rpc.grpc.status_code': 13, error: true, d: { double: 1.5 } },
            traceState: 'ot=th:8',
          }),
          testSpan({
            events: [{ name: 'exception', attributes: { 'exception.escaped': true } }],
            name: 'a "quoted" ä name',
          }),
        ],
      },
      { spans: [testSpan({ status: { code: 2, message: 'x' } })] },
    ];
    const { formats, batch, decode } = setUp();
    expect(decode(encodeJson(groups))).toEqual({ spans: 4, rejected: 0, fatal: false });
    const other = new SpanBatch(formats.names);
    formats.byName['otlp-proto'].decode(encodeProto(groups), other);
    expect(spanViews(batch)).toEqual(spanViews(other));
  });

  it('gives the same as protobuf for any span', () => {
    const hex = (bytes: number) =>
      fc
        .uint8Array({ minLength: bytes, maxLength: bytes })
        .map((b) => Buffer.from([...b.slice(0, -1), 1]).toString('hex'));
    const key = fc.constantFrom(
      'error',
      'http.status_code',
      'peer.service',
      'db.system',
      'db.name',
      'server.address',
      'x',
    );
    const value = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.integer(),
      fc.boolean(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((double) => ({ double })),
    );
    const span = fc.record({
      traceId: hex(16),
      spanId: hex(8),
      name: fc.string({ unit: 'grapheme', maxLength: 300 }),
      kind: fc.integer({ min: 0, max: 6 }),
      startNs: fc.bigInt(946_684_800_000_000_000n, 4_000_000_000_000_000_000n),
      durationNs: fc.bigInt(-1_000_000_000n, 90_000_000_000_000n),
      attributes: fc.dictionary(key, value),
      status: fc.record({ code: fc.integer({ min: 0, max: 3 }) }),
    });
    fc.assert(
      fc.property(fc.array(span, { maxLength: 4 }), (all) => {
        const spans = all.map((s) => ({ ...s, endNs: s.startNs + s.durationNs }));
        const groups = [{ resource: { 'service.name': 'a' }, spans }];
        const { formats, batch, decode } = setUp();
        const outcome = decode(encodeJson(groups));
        const other = new SpanBatch(formats.names);
        const peer = formats.byName['otlp-proto'].decode(encodeProto(groups), other);
        expect({ ...outcome, error: outcome.error?.message }).toEqual({
          ...peer,
          error: peer.error?.message,
        });
        expect(spanViews(batch)).toEqual(spanViews(other));
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    [
      'ids in capitals',
      { traceId: 'ABCDEF0405060708090A0B0C0D0E0F10' },
      { traceId: 'abcdef0405060708090a0b0c0d0e0f10' },
    ],
    [
      'base64 ids',
      { traceId: 'AQIDBAUGBwgJCgsMDQ4PEA==', spanId: 'oaKjpKWmp6g=', parentSpanId: 'AAAAAAAAAAE=' },
      {
        traceId: '0102030405060708090a0b0c0d0e0f10',
        spanId: 'a1a2a3a4a5a6a7a8',
        parentId: '0000000000000001',
      },
    ],
    [
      'an enum by name',
      { kind: 'SPAN_KIND_CLIENT', status: { code: 'STATUS_CODE_ERROR' } },
      { kind: 3, flags: 1 },
    ],
    [
      'times as numbers',
      { startTimeUnixNano: 1700000000000000000, endTimeUnixNano: 1700000000500000000 },
      { startUs: 1.7e15, durationUs: 500_000 },
    ],
    ['no attributes but null', { attributes: null, events: null, status: null }, { flags: 0 }],
    ['an empty parent', { parentSpanId: '' }, { parentId: '0000000000000000' }],
    ['escaped names', { name: 'GET "\\u00e4"\n' }, { operation: 'GET "\\u00e4" ' }],
    ['unknown fields', { extra: { deep: [[[{}]]] }, links: [{}] }, { operation: 'op' }],
    [
      'attributes of no shape',
      { attributes: [1, null, 'x', { key: 1 }, { key: 'error' }, { key: 'error', value: {} }] },
      { flags: 0 },
    ],
  ])('reads %s', (_, json, expected) => {
    expect(decodeSpan(json).span).toMatchObject(expected);
  });

  it('reads snake_case', () => {
    const { batch, decode } = setUp();
    const span = {
      trace_id: '0102030405060708090a0b0c0d0e0f10',
      span_id: 'a1a2a3a4a5a6a7a8',
      parent_span_id: 'a1a2a3a4a5a6a7a9',
      start_time_unix_nano: '1700000000123456789',
      end_time_unix_nano: '1700000000123456790',
      attributes: [{ key: 'error', value: { bool_value: true } }],
    };
    decode(JSON.stringify({ resource_spans: [{ scope_spans: [{ spans: [span] }] }] }));
    expect(spanView(batch, 0)).toMatchObject({ parentId: 'a1a2a3a4a5a6a7a9', flags: 1 });
  });

  it.each([
    ['result', (inner: unknown) => ({ result: inner })],
    ['trace', (inner: unknown) => ({ trace: inner })],
    ['an array', (inner: unknown) => [inner, inner]],
  ])('unwraps %s', (_, wrap) => {
    const { decode } = setUp();
    const inner: unknown = JSON.parse(encodeJson([{ spans: [testSpan()] }]));
    expect(decode(JSON.stringify(wrap(inner))).spans).toBeGreaterThan(0);
  });

  it('reads batches, and instrumentationLibrarySpans', () => {
    const { decode } = setUp();
    const text = encodeJson([{ spans: [testSpan()] }]);
    expect(decode(text.replace('resourceSpans', 'batches')).spans).toBe(1);
    expect(decode(text.replace('scopeSpans', 'instrumentationLibrarySpans')).spans).toBe(1);
  });

  it('says where a span is that cannot be used, and goes on', () => {
    const { decode } = setUp();
    const text = encodeJson([
      { spans: [testSpan()] },
      { spans: [testSpan(), testSpan({ traceId: '00' }), testSpan({ spanId: 'x'.repeat(16) })] },
    ]);
    expect(decode(text)).toEqual({
      spans: 2,
      rejected: 2,
      fatal: false,
      error: { at: 'resourceSpans[1].scopeSpans[0].spans[1]', message: 'trace id has 2 digits' },
    });
  });

  it.each([
    ['cut JSON', '{"resourceSpans":[{', 'not valid JSON'],
    ['another message', '{"resourceLogs":[]}', 'no resourceSpans'],
    ['a list that is none', '{"resourceSpans":{}}', 'expected an array'],
    ['spans that are none', '{"resourceSpans":[{"scopeSpans":[{"spans":7}]}]}', 'expected an array'],
    ['a number', '7', 'expected an object'],
    ['wrappers in wrappers', '{"result":'.repeat(200) + '{}' + '}'.repeat(200), 'no resourceSpans'],
    ['wrappers without end', '{"result":'.repeat(5000) + '{}' + '}'.repeat(5000), 'nested'],
  ])('calls %s fatal', (_, text, message) => {
    const { batch, decode } = setUp();
    const outcome = decode(text);
    expect(outcome).toMatchObject({ fatal: true, spans: 0 });
    expect(outcome.error?.message).toContain(message);
    expect(batch.length).toBe(0);
  });

  it('takes an empty request', () => {
    expect(setUp().decode('{}')).toEqual({ spans: 0, rejected: 0, fatal: false });
    expect(setUp().decode('{"resourceSpans":[]}')).toEqual({ spans: 0, rejected: 0, fatal: false });
  });

  it('survives any JSON, deep nesting, and text cut anywhere', () => {
    const { batch, decode } = setUp();
    const shaped = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.jsonValue(),
        tie('object'),
        fc.array(tie('value'), { maxLength: 3 }),
      ),
      object: fc.dictionary(
        fc.constantFrom(
          'resourceSpans',
          'resource',
          'attributes',
          'scopeSpans',
          'spans',
          'key',
          'value',
          'traceId',
          'status',
          'events',
        ),
        tie('value'),
      ),
    })).object;
    fc.assert(
      fc.property(fc.oneof(shaped, fc.jsonValue()), (value) => {
        batch.clear();
        expect(decode(JSON.stringify(value)).spans).toBe(batch.length);
      }),
      { numRuns: 1000 },
    );
    const good = Buffer.from(
      encodeJson([{ resource: { 'service.name': 'a' }, spans: [testSpan({ attributes: { error: true } })] }]),
    );
    for (let length = 0; length < good.length; length++) {
      batch.clear();
      expect(decode(good.subarray(0, length))).toMatchObject({ fatal: true, spans: 0 });
    }
    expect(decode('['.repeat(200_000) + ']'.repeat(200_000)).fatal).toBe(true);
  });

  it('says the same of any bytes as the reader that defines what is right', () => {
    const names = new Names();
    const both = [createOtlpJsonFormat(names), createTolerantOtlpJsonFormat(names)];
    const attributes = {
      error: true,
      'http.status_code': 200,
      'db.system': 'mysql',
      n: -1.5e-7,
      text: 'a "b" \\ \u00e4',
    };
    const events = [{ name: 'exception', attributes: { 'exception.escaped': true } }];
    const good = Buffer.from(
      encodeJson([
        {
          resource: { 'service.name': 'a', 'k8s.pod.name': 'p', x: { double: 0.5 } },
          spans: [
            testSpan({ kind: 3, attributes, events, status: { code: 2, message: 'm' } }),
            testSpan({ name: 'a\n"b"' }),
          ],
        },
      ]),
    );
    const edit = fc.oneof(
      fc.record({ at: fc.nat(good.length - 1), byte: fc.nat(255) }),
      fc.record({ at: fc.nat(good.length - 1), byte: fc.constantFrom(...Buffer.from('"\\{}[]:,0-e.tn \n')) }),
    );
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 3 }), fc.nat(5), (edits, cut) => {
        const bytes = Uint8Array.from(cut === 0 ? good.subarray(0, edits[0]?.at ?? 0) : good);
        for (const { at, byte } of edits) if (at < bytes.length) bytes[at] = byte;
        const [quick, tolerant] = both.map((format) => {
          const batch = new SpanBatch(names);
          return { outcome: format.decode(bytes, batch), spans: spanViews(batch) };
        });
        expect(quick).toEqual(tolerant);
        expect(quick.spans).toHaveLength(quick.outcome.spans);
      }),
      { numRuns: 5000 },
    );
  });

  it.each([200, 50_000])('steps over values nested %d deep, or says that it is too deep', (depth) => {
    const { decode } = setUp();
    const text = encodeJson([
      { resource: { 'service.name': 'a' }, spans: [testSpan({ attributes: { deep: 'HERE' } })] },
    ]);
    const deep = '['.repeat(depth) + ']'.repeat(depth);
    const outcome = decode(text.replace('{"stringValue":"HERE"}', deep));
    if (depth <= 200) expect(outcome).toEqual({ spans: 1, rejected: 0, fatal: false });
    else
      expect(outcome).toMatchObject({
        spans: 0,
        fatal: true,
        error: { message: expect.stringMatching(/nested/) as string },
      });
  });

  it('takes the quick way for what senders write', () => {
    const names = new Names();
    const groups = [
      {
        resource: { 'service.name': 'a' },
        spans: [
          testSpan({
            attributes: { a: 'b', 'db.system': 'mysql', n: 1 },
            traceState: 'ot=th:8',
            name: 'SELECT "x"',
          }),
        ],
      },
    ];
    const batch = new SpanBatch(names);
    expect(new OtlpJsonQuick(names).read(Buffer.from(encodeJson(groups)), batch)).toBe(true);
    expect(
      new OtlpJsonQuick(names).read(
        Buffer.from(JSON.stringify(JSON.parse(encodeJson(groups)), null, 2)),
        batch,
      ),
    ).toBe(true);
    expect(batch.length).toBe(2);
    expect(spanView(batch, 0).operation).toBe('SELECT "x"');
  });
});
