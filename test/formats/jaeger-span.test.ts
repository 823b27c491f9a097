import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch, SpanFlag, SpanKind } from '../../src/domain/span-batch.ts';
import { createFormats, type FormatName, sniffRecord } from '../../src/formats/index.ts';
import { encodeOtlpProto, simulate } from '../../src/simulator/index.ts';
import { jaegerJsonpb, jaegerProto, type TestJaegerSpan } from './jaeger-messages.ts';
import { jaegerThrift } from './jaeger-thrift-messages.ts';
import { spanView } from './span-view.ts';

const TRACE = '0123456789abcdef0000000000000002';
const SPAN: TestJaegerSpan = {
  traceId: TRACE,
  spanId: '00000000000000a1',
  name: 'POST /orders/{id}',
  references: [{ traceId: TRACE, spanId: '00000000000000b2' }],
  startUs: 1_700_000_000_000_005,
  durationUs: 1500,
  tags: {
    'span.kind': 'client',
    'peer.service': 'ledger',
    'http.status_code': 503,
    'otel.status_code': 'ERROR',
    'w3c.tracestate': 'ot=th:c',
    'thread.id': 42,
  },
  service: 'orders',
  process: {
    'service.version': '1.2.3',
    hostname: 'pod-7',
    'k8s.node.name': 'node-b',
    'deployment.environment': 'live',
  },
};

function decode(bytes: Uint8Array, format: FormatName) {
  const batch = new SpanBatch(new Names());
  const outcome = createFormats(batch.names).byName[format].decode(bytes, batch);
  return { outcome, spans: Array.from({ length: batch.length }, (_, i) => spanView(batch, i)) };
}

const encodings: [FormatName, (span: TestJaegerSpan) => Uint8Array][] = [
  ['jaeger-proto', jaegerProto],
  ['jaeger-thrift', jaegerThrift],
  ['jaeger-jsonpb', (span) => Buffer.from(jaegerJsonpb(span))],
  ['jaeger-jsonpb', (span) => Buffer.from(jaegerJsonpb(span, 'go'))],
];

describe.each(encodings)('%s', (format, encode) => {
  it('reads one span with its process', () => {
    const { outcome, spans } = decode(encode(SPAN), format);
    expect(outcome).toEqual({ spans: 1, rejected: 0, fatal: false });
    expect(spans).toEqual([
      expect.objectContaining({
        traceId: TRACE,
        spanId: '00000000000000a1',
        parentId: '00000000000000b2',
        service: { environment: 'live', namespace: '', name: 'orders' },
        operation: 'POST /orders/{id}',
        instance: 'pod-7',
        version: '1.2.3',
        node: 'node-b',
        peer: 'ledger',
        kind: SpanKind.Client,
        flags: SpanFlag.Error,
        statusClass: 5,
        startUs: 1_700_000_000_000_005,
        durationUs: 1500,
        weight: 4,
      }),
    ]);
  });

  it.each([
    [
      'a trace id of eight bytes is the low half',
      { traceId: '00000000000000ff', references: [] },
      { traceId: '000000000000000000000000000000ff' },
    ],
    [
      'a reference into another trace is no parent',
      { references: [{ traceId: TRACE.replace('2', '3'), spanId: '00000000000000b2' }] },
      { parentId: '0000000000000000' },
    ],
    [
      'who only follows is no child',
      { references: [{ traceId: TRACE, spanId: '00000000000000b2', follows: true }], tags: {} },
      { parentId: '00000000000000b2', flags: SpanFlag.FollowsFrom },
    ],
    [
      'a parent wins over who is followed',
      {
        references: [
          { traceId: TRACE, spanId: '00000000000000c3', follows: true },
          { traceId: TRACE, spanId: '00000000000000b2' },
        ],
        tags: {},
      },
      { parentId: '00000000000000b2', flags: 0 },
    ],
    ['an error tag is a failure', { tags: { error: true } }, { flags: SpanFlag.Error }],
    ['an error tag that is false is none', { tags: { error: false } }, { flags: 0 }],
    [
      'an exception that escaped is a failure',
      { tags: {}, logs: [{ event: 'exception', 'exception.escaped': true }] },
      { flags: SpanFlag.Error },
    ],
    [
      'one that was handled is none',
      { tags: {}, logs: [{ event: 'exception', 'exception.escaped': false }] },
      { flags: 0 },
    ],
    ['an address stands for a node', { process: { ip: '10.0.0.7' } }, { node: '10.0.0.7' }],
    ['nothing lasts nothing', { durationUs: 0 }, { durationUs: 0 }],
  ] satisfies [string, Partial<TestJaegerSpan>, object][])('%s', (_, changes, expected) => {
    const { spans } = decode(encode({ ...SPAN, ...changes }), format);
    expect(spans).toEqual([expect.objectContaining(expected)]);
  });

  it('rejects a span id of zeros and says so', () => {
    const { outcome } = decode(encode({ ...SPAN, spanId: '0000000000000000' }), format);
    expect(outcome).toMatchObject({
      spans: 0,
      rejected: 1,
      fatal: false,
      error: { message: 'span id is all zeros' },
    });
  });

  // Nobody writes batches of thrift to Kafka.
  it.skipIf(format === 'jaeger-thrift')('is recognised as a record', () => {
    expect(sniffRecord(encode(SPAN))).toBe(format);
    expect(sniffRecord(encode({ ...SPAN, traceId: '00000000000000ff' }))).toBe(format);
  });

  it('never crashes, whatever the bytes', () => {
    const whole = encode(SPAN);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat({ max: whole.length }), (noise, at) => {
        const bytes = Uint8Array.from([
          ...whole.subarray(0, at),
          ...noise,
          ...whole.subarray(at + noise.length),
        ]);
        const { outcome, spans } = decode(bytes, format);
        expect(spans.length).toBe(outcome.spans);
      }),
    );
  });
});

it('reads the vector of the model as protobufjs writes it (trace 1:2, span 3, an error)', () => {
  const vector =
    '0a1000000000000000010000000000000002120800000000000000031a026f7032090880e2cfaa061088273a0410e0c65b420b0a056572726f721001200152050a03737663';
  const { outcome, spans } = decode(Buffer.from(vector, 'hex'), 'jaeger-proto');
  expect(outcome).toEqual({ spans: 1, rejected: 0, fatal: false });
  expect(spans[0]).toMatchObject({
    traceId: '00000000000000010000000000000002',
    spanId: '0000000000000003',
    operation: 'op',
    startUs: 1_700_000_000_000_005,
    durationUs: 1500,
    flags: SpanFlag.Error,
    service: { name: 'svc' },
  });
});

it('says fatally where a message is cut, and what is of a wrong type', () => {
  const whole = jaegerProto(SPAN);
  expect(decode(whole.subarray(0, whole.length - 3), 'jaeger-proto').outcome).toMatchObject({ fatal: true });
  expect(decode(Uint8Array.of(), 'jaeger-proto').outcome).toMatchObject({ fatal: true });
  expect(decode(Uint8Array.of(0x08, 1), 'jaeger-proto').outcome.error?.message).toBe(
    'wrong wire type 0 for field 1 of a span',
  );
});

it('tells the records of other formats apart', () => {
  const simulation = simulate({ seed: 1, startMs: Date.UTC(2026, 0, 1), tracesPerSecond: 5 });
  const batch = simulation.newBatch();
  simulation.second(3, batch);
  expect(sniffRecord(encodeOtlpProto(batch))).toBe('otlp-proto');
  expect(sniffRecord(Buffer.from('{"resourceSpans":[]}'))).toBe('otlp-json');
  expect(sniffRecord(Buffer.from('[{"traceId":"1","id":"2"}]'))).toBe('zipkin-json');
  expect(sniffRecord(Buffer.from('hello'))).toBeUndefined();
});
