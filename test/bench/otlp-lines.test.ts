import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lineToProto } from '../../bench/verify/otlp-lines.ts';
import { spansIn } from '../../bench/verify/post-lines.ts';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import { createFormats } from '../../src/formats/index.ts';
import { spanViews } from '../formats/span-view.ts';

const hex = (digits: number) =>
  fc
    .array(fc.integer({ min: 0, max: 15 }), { minLength: digits, maxLength: digits })
    .map((values) => values.map((value) => value.toString(16)).join(''))
    .filter((text) => !/^0+$/.test(text));
const startNs = fc.bigInt({ min: 1_600_000_000_000_000_000n, max: 1_800_000_000_000_000_000n });
const span = fc
  .record({
    traceId: hex(32),
    spanId: hex(16),
    parentSpanId: fc.option(hex(16), { nil: undefined }),
    name: fc.string({ unit: 'grapheme', maxLength: 40 }),
    start: startNs,
    durationNs: fc.bigInt({ min: 0n, max: 60_000_000_000n }),
  })
  .map(({ start, durationNs, parentSpanId, ...rest }) => ({
    ...rest,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + durationNs),
  }));
const group = fc
  .record({ service: fc.string({ minLength: 1, maxLength: 20 }), spans: fc.array(span, { maxLength: 5 }) })
  .map(({ service, spans }) => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeSpans: [{ spans }],
  }));
const line = fc.array(group, { maxLength: 4 }).map((resourceSpans) => JSON.stringify({ resourceSpans }));

it('a line of a capture in protobuf is the same spans', () => {
  fc.assert(
    fc.property(line, (text) => {
      const decode = (format: 'otlp-json' | 'otlp-proto', bytes: Uint8Array) => {
        const names = new Names();
        const batch = new SpanBatch(names);
        const { spans, rejected } = createFormats(names).byName[format].decode(bytes, batch);
        return { spans, rejected, views: spanViews(batch) };
      };
      const asJson = decode('otlp-json', Buffer.from(text));
      expect(decode('otlp-proto', lineToProto(text))).toEqual(asJson);
      expect(spansIn(text)).toBe(asJson.spans + asJson.rejected);
    }),
  );
});

it('a field that would be lost is an error', () => {
  const lossy = '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"1","kind":2}]}]}]}';
  expect(() => lineToProto(lossy)).toThrow('a span has kind');
});
