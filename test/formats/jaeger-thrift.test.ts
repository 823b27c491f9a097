import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch, SpanFlag, SpanKind } from '../../src/domain/span-batch.ts';
import { createJaegerThriftFormat } from '../../src/formats/index.ts';
import type { TestJaegerSpan } from './jaeger-messages.ts';
import { jaegerThrift, list, struct, text } from './jaeger-thrift-messages.ts';
import { spanViews } from './span-view.ts';

const TRACE = '0123456789abcdef0000000000000002';
const SPAN: TestJaegerSpan = {
  traceId: TRACE,
  spanId: '00000000000000a1',
  name: 'charge',
  startUs: 1_700_000_000_000_005,
  durationUs: 1500,
  service: 'orders',
};

function decode(bytes: Uint8Array) {
  const batch = new SpanBatch(new Names());
  const outcome = createJaegerThriftFormat(batch.names).decode(bytes, batch);
  return { outcome, spans: spanViews(batch) };
}

/**
 * What Jaeger's Node client (npm jaeger-client 3.19.0, `reporter.collectorEndpoint`) posted: a server's span, within it a
 * client's that failed, and a producer's that follows from it; tags of the tracer: service.version, deployment.environment.
 */
it("reads a batch as Jaeger's own client wrote it", () => {
  const file = new URL('../goldens/formats/jaeger-client-node-3.19.0.thrift', import.meta.url);
  const { outcome, spans } = decode(readFileSync(file));
  expect(outcome).toEqual({ spans: 3, rejected: 0, fatal: false });
  const ours = {
    service: { environment: 'live', namespace: '', name: 'orders' },
    version: '1.2.3',
    instance: 'vm',
  };
  const root = '19237026f4e3edb5';
  const traceId = `0000000000000000${root}`;
  expect(spans).toEqual([
    expect.objectContaining({
      ...ours,
      traceId,
      spanId: '7bc5858ddbf51812',
      parentId: root,
      operation: 'charge',
      peer: 'ledger',
      kind: SpanKind.Client,
      flags: SpanFlag.Error,
      statusClass: 5,
      startUs: 1_700_000_000_010_000,
      durationUs: 20_000,
    }),
    expect.objectContaining({
      ...ours,
      spanId: '58fa1c0926e81a95',
      parentId: root,
      operation: 'mail',
      kind: SpanKind.Producer,
      flags: SpanFlag.FollowsFrom,
      durationUs: 5_000,
    }),
    expect.objectContaining({
      ...ours,
      spanId: root,
      parentId: '0000000000000000',
      operation: 'POST /orders/{id}',
      kind: SpanKind.Server,
      flags: 0,
      statusClass: 2,
      durationUs: 50_000,
    }),
  ]);
});

it.each([
  ['a parent without a reference is the parent', {}, { parentId: '00000000000000b2', flags: 0 }],
  [
    'a parent that a reference says is followed is followed',
    { references: [{ traceId: TRACE, spanId: '00000000000000b2', follows: true }] },
    { parentId: '00000000000000b2', flags: SpanFlag.FollowsFrom },
  ],
  [
    'a parent wins over a reference to another span',
    { references: [{ traceId: TRACE, spanId: '00000000000000c3' }] },
    { parentId: '00000000000000b2', flags: 0 },
  ],
] satisfies [string, Partial<TestJaegerSpan>, object][])('%s', (_, changes, expected) => {
  const { spans } = decode(jaegerThrift({ ...SPAN, parentSpanId: '00000000000000b2', ...changes }));
  expect(spans).toEqual([expect.objectContaining(expected)]);
});

it('takes the spans of a batch that are usable, and says where the first other one is', () => {
  const bytes = jaegerThrift(SPAN, { ...SPAN, startUs: 0 }, { ...SPAN, spanId: '00000000000000a2' });
  const { outcome, spans } = decode(bytes);
  expect(outcome).toMatchObject({ spans: 2, rejected: 1, fatal: false });
  expect(outcome.error).toMatchObject({ message: 'start time is missing' });
  expect(spans.map(({ spanId }) => spanId)).toEqual(['00000000000000a1', '00000000000000a2']);
});

it('reads a process that comes after its spans, and skips what it does not know', () => {
  const known = jaegerThrift(SPAN);
  // Field 1 of a batch, the process, ends where field 2 begins.
  const process = struct([1, 11, text('orders')], [2, 15, list([])]);
  const spansAt = 3 + process.length;
  const nested = struct([1, 13, Buffer.from('0b0800000001' + '0000000161' + '00000007', 'hex')]);
  const bytes = Buffer.concat([
    known.subarray(spansAt, known.length - 1),
    struct([9, 12, nested], [1, 12, process]),
  ]);
  expect(decode(bytes).spans).toEqual(decode(known).spans);
});

it.each([
  ['nothing', Buffer.alloc(0), 'the message is cut off'],
  ['no batch', Buffer.of(0), 'no batch of spans: field 1, the process, is missing'],
  ['JSON', Buffer.from('{"a":1}'), 'unknown type 123'],
  ['a message cut short', jaegerThrift(SPAN).subarray(0, 90), 'the message is cut off'],
  [
    'more spans than there are bytes',
    struct([1, 12, struct([1, 11, text('a')])], [2, 15, Buffer.from('0c7fffffff', 'hex')]),
    'a list is cut off',
  ],
  ['a length below zero', struct([1, 11, Buffer.from('ffffffff', 'hex')]), 'a length is negative'],
  [
    'lists within lists within lists',
    struct([7, 15, Buffer.from('0f00000001'.repeat(100) + '0300000000', 'hex')]),
    'values are nested too deeply',
  ],
])('%s is fatal: nothing is taken', (_, bytes, message) => {
  const { outcome, spans } = decode(bytes);
  expect(outcome).toMatchObject({ spans: 0, fatal: true, error: { message } });
  expect(spans).toEqual([]);
});

it('never crashes, and never takes other than it says, whatever the bytes', () => {
  const whole = jaegerThrift(SPAN, { ...SPAN, tags: { error: true, 'peer.service': 'x' } });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat({ max: whole.length }), (noise, at) => {
      const bytes = Uint8Array.from([
        ...whole.subarray(0, at),
        ...noise,
        ...whole.subarray(at + noise.length),
      ]);
      const { outcome, spans } = decode(bytes);
      expect(spans.length).toBe(outcome.spans);
      if (outcome.fatal) expect(spans).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});
