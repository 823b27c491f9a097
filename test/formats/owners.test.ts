import { describe, expect, it } from 'vitest';
import { DEFAULT_NAME_LIMITS, Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import { createFormats, createSearchDocumentReader } from '../../src/formats/index.ts';
import { encodeProto, testSpan } from './otlp-messages.ts';

const json = (resource: object): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      resourceSpans: [
        {
          resource: {
            attributes: Object.entries(resource).map(([key, value]) => ({
              key,
              value: { stringValue: value },
            })),
          },
          scopeSpans: [
            {
              spans: [
                {
                  ...{ traceId: '0'.repeat(31) + '1', spanId: '0'.repeat(15) + '1', name: 'op', kind: 2 },
                  ...{ startTimeUnixNano: '1700000000000000000', endTimeUnixNano: '1700000000000001000' },
                },
              ],
            },
          ],
        },
      ],
    }),
  );

/** Who owns the service of the last span. */
const ownerIn = (batch: SpanBatch): string => batch.names.owners.of(batch.service[batch.length - 1]);

describe('who owns a service, by an attribute of its resource', () => {
  it.each(['otlp-proto', 'otlp-json'] as const)(
    'is read by %s: the best name wins, the newest of a service too',
    (name) => {
      const names = new Names();
      const batch = new SpanBatch(names);
      const format = createFormats(names).byName[name];
      const read = (resource: Record<string, string>): string => {
        const bytes =
          name === 'otlp-proto' ? encodeProto([{ resource, spans: [testSpan()] }]) : json(resource);
        expect(format.decode(bytes, batch)).toMatchObject({ spans: 1, rejected: 0 });
        return ownerIn(batch);
      };
      expect(read({ 'service.name': 'pay' })).toBe('');
      expect(read({ 'service.name': 'pay', team: 'shop' })).toBe('shop');
      expect(
        read({ 'service.name': 'cart', owner: 'ann', team: 'carts', 'service.owner': 'team-cart' }),
      ).toBe('team-cart');
      expect(read({ 'service.name': 'pay', 'service.team': 'money' })).toBe('money');
      expect(read({ 'service.name': 'pay' })).toBe('money');
      expect(read({ 'service.name': 'pay', owner: 'x'.repeat(5000) })).toBe('x'.repeat(100));
    },
  );

  it.each(['otlp-proto', 'otlp-json'] as const)(
    'is read by %s of the attributes that the configuration names, and of no others',
    (name) => {
      const read = (attributes: readonly string[], resource: Record<string, string>): string => {
        const batch = new SpanBatch(new Names(DEFAULT_NAME_LIMITS, attributes));
        const bytes =
          name === 'otlp-proto' ? encodeProto([{ resource, spans: [testSpan()] }]) : json(resource);
        const outcome = createFormats(batch.names).byName[name].decode(bytes, batch);
        expect(outcome).toMatchObject({ spans: 1, rejected: 0 });
        return ownerIn(batch);
      };
      const pay = { 'service.name': 'pay', team: 'shop', 'example.com/squad': 'money' };
      expect(read(['example.com/squad'], pay)).toBe('money');
      expect(read(['costCentre', 'example.com/squad'], pay)).toBe('money');
      expect(read(['costCentre'], pay)).toBe('');
      expect(read([], pay)).toBe('');
      // One that is read for something else as well.
      expect(read(['service.namespace'], { ...pay, 'service.namespace': 'money' })).toBe('money');
      // Of the length and ends of a key that is read: service.name and squad.source, which differ inside.
      const alike = { 'service.name': 'pay', 'sxxxxxx.name': 'money' };
      expect(read(['sxxxxxx.name'], alike)).toBe('money');
    },
  );

  it('is read of the processes of Jaeger, and of the labels of Elastic APM', () => {
    const batch = new SpanBatch(new Names(DEFAULT_NAME_LIMITS, ['example.squad']));
    const tags = [{ key: 'example.squad', type: 'string', value: 'money' }];
    const span = {
      traceID: '1',
      spanID: '1',
      operationName: 'op',
      startTime: 1_700_000_000_000_000,
      duration: 5,
    };
    const trace = {
      traceID: '1',
      spans: [{ ...span, processID: 'p1' }],
      processes: { p1: { serviceName: 'pay', tags } },
    };
    const bytes = Buffer.from(JSON.stringify({ data: [trace] }));
    expect(createFormats(batch.names).byName['jaeger-json'].decode(bytes, batch)).toMatchObject({ spans: 1 });
    expect(ownerIn(batch)).toBe('money');
    const document = {
      ...{ processor: { event: 'transaction' }, '@timestamp': '2026-03-07T03:12:40.000Z' },
      ...{ trace: { id: '1'.repeat(32) }, service: { name: 'cart' }, labels: { example_squad: 'carts' } },
      transaction: { id: '1'.repeat(16), name: 'GET /cart', duration: { us: 1000 } },
    };
    expect(createSearchDocumentReader(batch.names).read(document, batch)).toBeUndefined();
    expect(ownerIn(batch)).toBe('carts');
  });

  it('is read of documents in Elasticsearch', () => {
    const names = new Names();
    const batch = new SpanBatch(names);
    const document = {
      ...{ trace_id: '1'.repeat(32), span_id: '1'.repeat(16), name: 'op', kind: 'Server', duration: 1000 },
      '@timestamp': '2026-03-07T03:12:40.000Z',
      resource: { attributes: { 'service.name': 'pay', 'service.owner': 'money' } },
    };
    expect(createSearchDocumentReader(names).read(document, batch)).toBeUndefined();
    expect(ownerIn(batch)).toBe('money');
  });
});
