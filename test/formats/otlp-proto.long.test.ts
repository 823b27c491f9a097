import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Names, OVERFLOW_NAME } from '../../src/domain/names.ts';
import { SpanBatch, SpanFlag } from '../../src/domain/span-batch.ts';
import { createOtlpProtoFormat } from '../../src/formats/index.ts';
import { encodeProto, START_NS, TracesData, testSpan, type TestSpan } from './otlp-messages.ts';
import { spanView, spanViews } from './span-view.ts';
import { leastMs } from '../setup/least-ms.ts';

function setUp() {
  const names = new Names();
  return { names, format: createOtlpProtoFormat(names), batch: new SpanBatch(names, 4) };
}

function decodeOne(span: TestSpan, resource = { 'service.name': 'cart' }) {
  const { format, batch } = setUp();
  const outcome = format.decode(encodeProto([{ resource, spans: [span] }]), batch);
  return { outcome, span: outcome.spans === 1 ? spanView(batch, 0) : undefined };
}

describe('OTLP protobuf', () => {
  it('reads a message written by hand, byte for byte', () => {
    const { format, batch } = setUp();
    const hex = [
      '0a4d', // resource_spans, 77 bytes
      '0a150a130a0c736572766963652e6e616d6512030a0161', // resource: service.name = "a"
      '1234', // scope_spans, 52 bytes
      '1232', // span, 50 bytes
      '0a100102030405060708090a0b0c0d0e0f10', // trace id
      '12080000000000000003', // span id
      '2a026f70', // name "op"
      '390028d6fd8fc09717', // start 1.7e18 ns
      '4180d6e5fd8fc09717', // end, 1,027,672 ns later
    ].join('');
    const bytes = Buffer.from(hex, 'hex');
    const outcome = format.decode(bytes, batch);
    expect(outcome).toEqual({ spans: 1, rejected: 0, fatal: false });
    expect(spanView(batch, 0)).toMatchObject({
      traceId: '0102030405060708090a0b0c0d0e0f10',
      spanId: '0000000000000003',
      service: { environment: '', namespace: '', name: 'a' },
      operation: 'op',
    });
  });

  it('reads ids, times, names and the resource', () => {
    const { format, batch } = setUp();
    const resource = {
      'service.name': 'cart',
      'service.namespace': 'shop',
      'deployment.environment.name': 'production',
      'service.version': '1.2.3',
      'k8s.pod.name': 'cart-7d9f-1',
      'host.name': 'ip-10-0-0-1',
      'process.pid': 17,
    };
    format.decode(
      encodeProto([{ resource, spans: [testSpan({ parentSpanId: '00000000000000ff' })] }]),
      batch,
    );
    expect(spanView(batch, 0)).toEqual({
      traceId: '0102030405060708090a0b0c0d0e0f10',
      spanId: 'a1a2a3a4a5a6a7a8',
      parentId: '00000000000000ff',
      service: { environment: 'production', namespace: 'shop', name: 'cart' },
      operation: 'GET /cart',
      instance: 'cart-7d9f-1',
      version: '1.2.3',
      node: 'ip-10-0-0-1',
      peer: '',
      kind: 2,
      flags: 0,
      statusClass: 0,
      startUs: 1_700_000_000_123_456.75,
      durationUs: 1500.001,
      weight: 1,
    });
  });

  it('files a resource without a name under unknown_service, and keeps resources apart', () => {
    const { format, batch } = setUp();
    format.decode(
      encodeProto([
        { spans: [testSpan()] },
        { resource: { 'service.name': 'a', 'deployment.environment': 'staging' }, spans: [testSpan()] },
        { resource: { 'service.name': 'a' }, spans: [testSpan()] },
      ]),
      batch,
    );
    expect(spanViews(batch).map((span) => span.service)).toEqual([
      { environment: '', namespace: '', name: 'unknown_service' },
      { environment: 'staging', namespace: '', name: 'a' },
      { environment: '', namespace: '', name: 'a' },
    ]);
  });

  it('reads the resource wherever it stands among the spans', () => {
    const { format, batch } = setUp();
    const spans = encodeProto([{ spans: [testSpan()] }]);
    const named = encodeProto([{ resource: { 'service.name': 'late' }, spans: [] }]);
    // The content of both ResourceSpans in one, scope_spans before resource.
    const content = Buffer.concat([inner(spans), inner(named)]);
    format.decode(
      Buffer.concat([Buffer.from([0x0a, 0x80 | (content.length & 0x7f), content.length >> 7]), content]),
      batch,
    );
    expect(spanView(batch, 0).service.name).toBe('late');
  });

  it.each([
    ['instance', { 'service.instance.id': 'i', 'k8s.pod.name': 'p', 'host.name': 'h' }, 'i', 'h'],
    ['pod', { 'k8s.pod.name': 'p', 'host.name': 'h', 'k8s.node.name': 'n' }, 'p', 'n'],
    ['host', { 'host.name': 'h' }, 'h', 'h'],
  ])('takes the %s as the instance', (_, resource, instance, node) => {
    const { span } = decodeOne(testSpan(), { 'service.name': 'a', ...resource });
    expect(span).toMatchObject({ instance, node });
  });

  it.each<[string, TestSpan, { flags: number; statusClass: number }]>([
    ['status error', { status: { code: 2 } }, { flags: 1, statusClass: 0 }],
    ['status ok', { status: { code: 1 } }, { flags: 0, statusClass: 0 }],
    ['HTTP 500', { attributes: { 'http.response.status_code': 500 } }, { flags: 1, statusClass: 5 }],
    ['old HTTP key', { attributes: { 'http.status_code': 503 } }, { flags: 1, statusClass: 5 }],
    ['HTTP as text', { attributes: { 'http.status_code': '502' } }, { flags: 1, statusClass: 5 }],
    ['HTTP 404', { attributes: { 'http.response.status_code': 404 } }, { flags: 0, statusClass: 4 }],
    ['HTTP nonsense', { attributes: { 'http.response.status_code': 7000 } }, { flags: 0, statusClass: 0 }],
    ['HTTP negative', { attributes: { 'http.response.status_code': -1 } }, { flags: 0, statusClass: 0 }],
    [
      'HTTP 500 declared ok',
      { status: { code: 1 }, attributes: { 'http.status_code': 500 } },
      { flags: 0, statusClass: 5 },
    ],
    ['gRPC OK', { attributes: { 'rpc.grpc.status_code': 0 } }, { flags: 0, statusClass: 0 }],
    ['server gRPC NOT_FOUND', { attributes: { 'rpc.grpc.status_code': 5 } }, { flags: 0, statusClass: 6 }],
    ['server gRPC INTERNAL', { attributes: { 'rpc.grpc.status_code': 13 } }, { flags: 1, statusClass: 6 }],
    ['server gRPC as text', { attributes: { 'rpc.grpc.status_code': '14' } }, { flags: 1, statusClass: 6 }],
    [
      'client gRPC NOT_FOUND',
      { kind: 3, attributes: { 'rpc.grpc.status_code': 5 } },
      { flags: 1, statusClass: 6 },
    ],
    [
      'unspecified gRPC INTERNAL',
      { kind: 0, attributes: { 'rpc.grpc.status_code': 13 } },
      { flags: 1, statusClass: 6 },
    ],
    ['error tag', { attributes: { error: true } }, { flags: 1, statusClass: 0 }],
    ['error tag as text', { attributes: { error: 'True' } }, { flags: 1, statusClass: 0 }],
    ['error tag false', { attributes: { error: false } }, { flags: 0, statusClass: 0 }],
    ['error message', { attributes: { error: 'some' } }, { flags: 0, statusClass: 0 }],
    [
      'exception that escaped',
      { events: [exception({ 'exception.escaped': true })] },
      { flags: 1, statusClass: 0 },
    ],
    [
      'exception that was handled',
      { events: [exception({ 'exception.escaped': false })] },
      { flags: 0, statusClass: 0 },
    ],
    ['exception that does not say', { events: [exception({})] }, { flags: 0, statusClass: 0 }],
    [
      'exception that escaped, but ok',
      { status: { code: 1 }, events: [exception({ 'exception.escaped': true })] },
      { flags: 0, statusClass: 0 },
    ],
    [
      'another event',
      { events: [{ name: 'log', attributes: { 'exception.escaped': true } }] },
      { flags: 0, statusClass: 0 },
    ],
  ])('judges: %s', (_, changes, expected) => {
    expect(decodeOne(testSpan(changes)).span).toMatchObject(expected);
  });

  it.each([
    ['peer.service first', 3, { 'peer.service': 'pay', 'db.system': 'mysql', 'server.address': 'h' }, 'pay'],
    ['a database with its name', 3, { 'db.system': 'mysql', 'db.name': 'orders' }, 'mysql:orders'],
    ['new database names', 3, { 'db.system.name': 'postgresql', 'db.namespace': 'shop' }, 'postgresql:shop'],
    ['a database alone', 3, { 'db.system': 'redis', 'server.address': 'h' }, 'redis'],
    ['a queue', 4, { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' }, 'kafka:orders'],
    ['an address', 3, { 'server.address': 'h', 'net.peer.name': 'g' }, 'h'],
    ['an old address', 3, { 'net.peer.name': 'g' }, 'g'],
    ['nothing for a server', 2, { 'peer.service': 'pay', 'server.address': 'h' }, ''],
    ['nothing for a consumer', 5, { 'messaging.system': 'kafka' }, ''],
    ['a database when the kind is not said', 0, { 'db.system': 'mysql' }, 'mysql'],
    ['no address when the kind is not said', 0, { 'server.address': 'h' }, ''],
    ['nothing of an empty text', 3, { 'peer.service': '', 'server.address': '' }, ''],
  ])('names the peer: %s', (_, kind, attributes, peer) => {
    expect(decodeOne(testSpan({ kind, attributes: attributes })).span?.peer).toBe(peer);
  });

  it.each([
    ['ot=th:8', 2],
    ['ot=th:c', 4],
    ['vendor=x,ot=rv:01020304050607;th:fd70a', 100],
    ['ot=th:0', 1],
    ['ot=th:zz', 1],
    ['ot=th:', 1],
    ['ot=th:ffffffffffffff', 1e6],
    ['other=th:8', 1],
    ['ot=th:8' + ',a=b'.repeat(200), 1],
  ])('weighs by the tracestate %s', (traceState, weight) => {
    expect(decodeOne(testSpan({ traceState })).span?.weight).toBeCloseTo(weight, 1);
  });

  it.each<[string, TestSpan, string]>([
    ['no trace id', { traceId: '' }, 'trace id is missing'],
    ['a trace id of zeros', { traceId: '0'.repeat(32) }, 'trace id is all zeros'],
    ['a short trace id', { traceId: '01020304' }, 'trace id has 4 bytes'],
    ['no span id', { spanId: '' }, 'span id is missing'],
    ['a span id of zeros', { spanId: '0'.repeat(16) }, 'span id is all zeros'],
    ['a long span id', { spanId: '0'.repeat(20) }, 'span id has 10 bytes'],
    ['no start', { startNs: 0n }, 'start time is missing'],
    [
      'the year 1970',
      { startNs: 5_000_000_000n, endNs: 6_000_000_000n },
      'start time is before the year 2000',
    ],
    [
      'the year 2101',
      { startNs: 4_133_980_800_000_000_000n, endNs: 4_133_980_800_000_000_001n },
      'end time is after the year 2100',
    ],
    ['no end', { endNs: 0n }, 'end is before start'],
    ['an end 2 s before the start', { endNs: START_NS - 2_000_000_000n }, 'end is before start'],
    ['25 hours', { endNs: START_NS + 90_000_000_000_000n }, 'duration is over 24 hours'],
    [
      'the largest time there is',
      { startNs: 2n ** 64n - 1n, endNs: 2n ** 64n - 1n },
      'end time is after the year 2100',
    ],
  ])('leaves out a span with %s', (_, changes, reason) => {
    const { format, batch } = setUp();
    const good = testSpan({ spanId: '0000000000000007' });
    const outcome = format.decode(encodeProto([{ spans: [good, testSpan(changes), good] }]), batch);
    expect(outcome).toMatchObject({ spans: 2, rejected: 1, fatal: false, error: { message: reason } });
    expect(outcome.error?.at).toMatch(/^byte \d+$/);
    expect(batch.length).toBe(2);
  });

  it('takes an end slightly before the start as no time at all', () => {
    expect(decodeOne(testSpan({ endNs: START_NS - 900_000_000n })).span?.durationUs).toBe(0);
  });

  it('passes duplicates, cycles and orphans on: they are for the assembly', () => {
    const { format, batch } = setUp();
    const a = testSpan({ spanId: '000000000000000a', parentSpanId: '000000000000000b' });
    const b = testSpan({ spanId: '000000000000000b', parentSpanId: '000000000000000a' });
    expect(format.decode(encodeProto([{ spans: [a, b, a] }]), batch).spans).toBe(3);
  });

  it('counts a parent id of a wrong length as none', () => {
    expect(decodeOne(testSpan({ parentSpanId: '0102' })).span?.parentId).toBe('0000000000000000');
  });

  it('replaces bad UTF-8, and names what has no name', () => {
    const { format, batch } = setUp();
    const bytes = Buffer.from(encodeProto([{ spans: [testSpan({ name: 'a??b' }), testSpan({ name: '' })] }]));
    bytes.set([0xc3, 0x28], bytes.indexOf('??'));
    format.decode(bytes, batch);
    expect(spanViews(batch).map((span) => span.operation)).toEqual(['a\ufffd(b', '(unnamed)']);
  });

  it('cuts long names between characters', () => {
    const operation = decodeOne(testSpan({ name: 'ä'.repeat(5000) })).span?.operation;
    expect(operation).toBe('ä'.repeat(200));
  });

  it('reads 100,000 spans in one message', () => {
    const { format, batch } = setUp();
    const one = inner(encodeProto([{ spans: [testSpan()] }]));
    const many = Buffer.concat(
      Array.from({ length: 100_000 }, () => Buffer.concat([Buffer.from([0x0a, one.length]), one])),
    );
    expect(format.decode(many, batch)).toEqual({ spans: 100_000, rejected: 0, fatal: false });
  });

  it('steps over an attribute of 10 MB', () => {
    const { format, batch } = setUp();
    const bytes = encodeProto([
      { spans: [testSpan({ attributes: { body: { bytes: new Uint8Array(10_000_000) }, error: true } })] },
    ]);
    expect(format.decode(bytes, batch).spans).toBe(1);
    expect(batch.flags[0]).toBe(SpanFlag.Error);
    // Scanning it would take ten milliseconds; this is hundreds of times what is needed.
    expect(leastMs(() => format.decode(bytes, batch), 20)).toBeLessThan(5);
  });

  it('keeps memory bounded under a million distinct names', () => {
    const { names, format, batch } = setUp();
    const template = Buffer.from(encodeProto([{ spans: [testSpan({ name: 'op-abcdefgh' })] }]));
    const at = template.indexOf('abcdefgh');
    for (let i = 0; i < 1_000_000; i++) {
      for (let k = 0, rest = i; k < 8; k++, rest = Math.floor(rest / 10)) template[at + k] = 97 + (rest % 10);
      if (i % 1000 === 0) batch.clear();
      format.decode(template, batch);
    }
    expect(names.operationCount).toBeLessThanOrEqual(names.limits.maxOperationsPerService + 2);
    expect(names.operationName(batch.operation[batch.length - 1])).toBe(OVERFLOW_NAME);
    expect(names.overflowed.operation).toBeGreaterThan(900_000);
  });

  it('calls wrong wire types fatal, and takes back what was appended', () => {
    const { format, batch } = setUp();
    const good = encodeProto([{ spans: [testSpan()] }]);
    format.decode(good, batch);
    const bad = Buffer.concat([good, Buffer.from([0x08, 0x01])]);
    expect(format.decode(bad, batch)).toEqual({
      spans: 0,
      rejected: 0,
      fatal: true,
      error: { at: `byte ${good.length}`, message: 'wrong wire type 0 for field 1' },
    });
    expect(batch.length).toBe(1);
  });

  it('skips unknown fields of every wire type, groups too', () => {
    const { format, batch } = setUp();
    const unknown =
      '980601' + '910600000000000000ff' + '9a060161' + '9306' + '0801' + '9406' + '9d0600000000';
    const bytes = Buffer.concat([encodeProto([{ spans: [testSpan()] }]), Buffer.from(unknown, 'hex')]);
    expect(format.decode(bytes, batch)).toEqual({ spans: 1, rejected: 0, fatal: false });
  });

  it('refuses groups nested without end', () => {
    const { format, batch } = setUp();
    const outcome = format.decode(Buffer.alloc(100_000, Buffer.from('9306', 'hex')), batch);
    expect(outcome).toMatchObject({ fatal: true, error: { message: 'groups are nested too deeply' } });
  });

  it('cut at any byte, is fatal or gives whole spans', () => {
    const { format, batch } = setUp();
    const span = testSpan({
      kind: 3,
      attributes: { 'db.system': 'mysql', 'http.status_code': 200 },
      traceState: 'ot=th:8',
    });
    const bytes = encodeProto([{ resource: { 'service.name': 'a' }, spans: [span, span] }]);
    for (let length = 1; length < bytes.length; length++) {
      batch.clear();
      const outcome = format.decode(bytes.subarray(0, length), batch);
      expect(outcome.fatal).toBe(true);
      expect(batch.length).toBe(0);
    }
    expect(format.decode(new Uint8Array(0), batch)).toEqual({ spans: 0, rejected: 0, fatal: false });
  });

  it('never reads beyond its bytes', () => {
    const { format, batch } = setUp();
    const bytes = encodeProto([{ spans: [testSpan()] }]);
    const padded = Buffer.concat([Buffer.alloc(7, 0xff), bytes, encodeProto([{ spans: [testSpan()] }])]);
    expect(format.decode(padded.subarray(7, 7 + bytes.length), batch).spans).toBe(1);
    expect(format.decode(padded.subarray(7, 6 + bytes.length), batch).fatal).toBe(true);
  });

  it('survives any bytes, and any change to good ones', () => {
    const { format, batch } = setUp();
    const good = encodeProto([
      {
        resource: { 'service.name': 'a' },
        spans: [testSpan({ attributes: { error: true }, status: { code: 2 } })],
      },
    ]);
    const change = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    const changed = change.map((edits) => {
      const bytes = Uint8Array.from(good);
      for (const [at, byte] of edits) bytes[at] = byte;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), changed), (bytes) => {
        batch.clear();
        const outcome = format.decode(bytes, batch);
        expect(batch.length).toBe(outcome.spans);
        if (outcome.fatal) expect(outcome.error?.at).toMatch(/^byte \d+$/);
      }),
      { numRuns: 3000 },
    );
  });

  it('gives back what protobufjs encoded', () => {
    const hex = (bytes: number) =>
      fc
        .uint8Array({ minLength: bytes, maxLength: bytes })
        .map((b) => Buffer.from([...b.slice(0, -1), 1]).toString('hex'));
    const text = fc.string({ unit: 'grapheme', maxLength: 30 });
    const spans = fc.record({
      traceId: hex(16),
      spanId: hex(8),
      parentSpanId: fc.option(hex(8), { nil: undefined }),
      name: fc.stringMatching(/^[a-z ./]{1,300}$/),
      kind: fc.integer({ min: 0, max: 5 }),
      startNs: fc.bigInt(946_684_800_000_000_000n, 4_000_000_000_000_000_000n),
      durationNs: fc.bigInt(0n, 86_400_000_000_000n),
      attributes: fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean())),
      status: fc.record({ code: fc.integer({ min: 0, max: 2 }), message: text }),
    });
    fc.assert(
      fc.property(fc.array(spans, { maxLength: 5 }), (all) => {
        const { format, batch } = setUp();
        const outcome = format.decode(
          encodeProto([
            {
              resource: { 'service.name': 'a' },
              spans: all.map((s) => ({ ...s, endNs: s.startNs + s.durationNs }) as TestSpan),
            },
          ]),
          batch,
        );
        expect(outcome).toEqual({ spans: all.length, rejected: 0, fatal: false });
        for (const [i, span] of all.entries()) {
          const view = spanView(batch, i);
          expect(view).toMatchObject({ traceId: span.traceId, spanId: span.spanId, kind: span.kind });
          expect(view.parentId).toBe(span.parentSpanId ?? '0'.repeat(16));
          expect(view.operation).toBe(span.name.slice(0, 200));
          expect(view.flags & 1).toBe(span.status.code === 2 ? 1 : 0);
          expect(view.durationUs).toBe(Number(span.durationNs) / 1000);
          expect(Math.abs(view.startUs - Number(span.startNs / 1000n))).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with protobufjs about what is in a message', () => {
    const bytes = encodeProto([{ resource: { 'service.name': 'a' }, spans: [testSpan(), testSpan()] }]);
    const peer = TracesData.toObject(TracesData.decode(bytes), { bytes: String, longs: String });
    expect(peer.resourceSpans[0].scopeSpans[0].spans).toHaveLength(2);
  });
});

function exception(attributes: Record<string, boolean>) {
  return { name: 'exception', attributes: { 'exception.type': 'IOException', ...attributes } };
}

/** The content of the one ResourceSpans of a message. */
function inner(message: Uint8Array): Buffer {
  const long = message[1] >= 0x80;
  return Buffer.from(message.subarray(long ? 3 : 2));
}
