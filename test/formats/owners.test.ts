import { describe, expect, it } from 'vitest';
import { Names } from '../../src/domain/names.ts';
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
