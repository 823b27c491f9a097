import { describe, expect, it } from 'vitest';
import { Names } from '../../src/domain/names.ts';
import { SpanFlag, SpanBatch, SpanKind } from '../../src/domain/span-batch.ts';
import { createSearchDocumentReader } from '../../src/formats/index.ts';
import type { JsonValue } from '../../src/runtime/index.ts';
import { spanViews } from './span-view.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const START_US = Date.UTC(2026, 0, 5, 12) * 1000;

function read(document: JsonValue) {
  const batch = new SpanBatch(new Names());
  const fault = createSearchDocumentReader(batch.names).read(document, batch);
  return fault ?? spanViews(batch)[0];
}

const jaeger = {
  traceID: TRACE,
  spanID: 'b7ad6b7169203331',
  operationName: 'charge',
  references: [{ refType: 'CHILD_OF', traceID: TRACE, spanID: '00f067aa0ba902b7' }],
  startTime: START_US,
  startTimeMillis: START_US / 1000,
  duration: 1500,
  logs: null,
  process: { serviceName: 'pay', tags: [] },
};
const seen = {
  traceId: TRACE,
  spanId: 'b7ad6b7169203331',
  parentId: '00f067aa0ba902b7',
  operation: 'charge',
  startUs: START_US,
  kind: SpanKind.Server,
  flags: SpanFlag.Error,
  statusClass: 5,
};

describe('documents of Elasticsearch', () => {
  it('of Jaeger, tags as a list, typed or as text', () => {
    const tags = [
      { key: 'span.kind', type: 'string', value: 'server' },
      { key: 'error', type: 'bool', value: 'true' },
      { key: 'http.status_code', type: 'int64', value: '503' },
    ];
    expect(read({ ...jaeger, tags })).toMatchObject({ ...seen, durationUs: 1500, service: { name: 'pay' } });
  });

  it('of Jaeger, tags as fields with their dots replaced', () => {
    const tag = { 'span@kind': 'server', error: true, 'http@status_code': 503 };
    const process = { serviceName: 'pay', tag: { 'service@version': '1.2' } };
    expect(read({ ...jaeger, tags: null, tag, process })).toMatchObject({ ...seen, version: '1.2' });
  });

  it.each([
    ['flat', { 'http.response.status_code': 503 }, { 'service.name': 'pay', 'service.version': '1.2' }],
    ['nested', { http: { response: { status_code: 503 } } }, { service: { name: 'pay', version: '1.2' } }],
  ])('of the Collector in OTel mode, %s', (_name, attributes, resource) => {
    const document = {
      '@timestamp': '2026-01-05T12:00:00.000250Z',
      trace_id: TRACE,
      span_id: seen.spanId,
      parent_span_id: seen.parentId,
      name: 'charge',
      kind: 'Server',
      duration: 1_500_000,
      status: { code: 'Error' },
      attributes,
      resource: { attributes: resource },
    };
    expect(read(document)).toMatchObject({
      ...seen,
      startUs: START_US + 250,
      durationUs: 1500,
      service: { name: 'pay' },
      version: '1.2',
    });
    expect(read({ ...document, '@timestamp': `${START_US / 1000}.25` })).toMatchObject({
      startUs: START_US + 250,
    });
  });

  it('of Elastic APM: transactions and spans, whatever their nesting', () => {
    const common = {
      '@timestamp': '2026-01-05T12:00:00.000Z',
      timestamp: { us: START_US },
      trace: { id: TRACE },
      parent: { id: seen.parentId },
      service: { name: 'pay', environment: 'prod', version: '1.2' },
      event: { outcome: 'failure' },
    };
    const transaction = {
      ...common,
      processor: { event: 'transaction' },
      transaction: {
        id: seen.spanId,
        name: 'charge',
        type: 'request',
        duration: { us: 1500 },
        representative_count: 4,
      },
      http: { response: { status_code: 503 } },
    };
    expect(read(transaction)).toMatchObject({
      ...seen,
      durationUs: 1500,
      weight: 4,
      service: { name: 'pay', environment: 'prod' },
    });
    const span = {
      ...common,
      'processor.event': 'span',
      'span.id': seen.spanId,
      'span.name': 'charge',
      'span.duration.us': 1500,
      'span.destination.service.resource': 'postgresql',
    };
    expect(read(span)).toMatchObject({ kind: SpanKind.Client, peer: 'postgresql', durationUs: 1500 });
  });

  it.each([
    ['a metric of APM', { processor: { event: 'metric' } }, 'neither a transaction nor a span'],
    ['something else', { message: 'hello' }, 'neither of Jaeger, of OpenTelemetry nor of Elastic APM'],
    ['no object', 'x', 'not an object'],
    ['a span without times', { ...jaeger, startTime: 'soon' }, /start/],
    [
      'a broken id',
      { trace_id: 'x'.repeat(32), span_id: seen.spanId, '@timestamp': 1, duration: 1 },
      /hexadecimal/,
    ],
  ])('leaves out %s', (_name, document, fault) => {
    expect(read(document as JsonValue)).toEqual(
      typeof fault === 'string' ? fault : expect.stringMatching(fault),
    );
  });
});
