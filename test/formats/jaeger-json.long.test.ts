import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import { createJaegerJsonFormat } from '../../src/formats/index.ts';
import { spanView, spanViews } from './span-view.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

function decode(value: unknown) {
  const names = new Names();
  const batch = new SpanBatch(names);
  const outcome = createJaegerJsonFormat(names).decode(Buffer.from(JSON.stringify(value)), batch);
  return { outcome, batch, spans: spanViews(batch) };
}

function span(changes: Record<string, unknown> = {}) {
  return {
    traceID: TRACE,
    spanID: '00f067aa0ba902b7',
    operationName: 'GET /dispatch',
    references: [],
    startTime: 1_700_000_000_123_456,
    duration: 1500,
    tags: [],
    logs: [],
    processID: 'p1',
    warnings: null,
    ...changes,
  };
}

function trace(...spans: unknown[]) {
  const tags = [
    { key: 'hostname', type: 'string', value: 'host-1' },
    { key: 'ip', type: 'string', value: '10.0.0.1' },
    { key: 'deployment.environment', type: 'string', value: 'prod' },
    { key: 'service.version', type: 'int64', value: 7 },
  ];
  return { traceID: TRACE, spans, processes: { p1: { serviceName: 'frontend', tags } }, warnings: null };
}

describe('Jaeger JSON', () => {
  it.each([
    ['as the UI exports it', (t: unknown) => ({ data: [t], total: 0, limit: 0, offset: 0, errors: null })],
    ['as one trace', (t: unknown) => t],
    ['as an array of traces', (t: unknown) => [t]],
  ])('reads a trace %s', (_, wrap) => {
    const { outcome, batch } = decode(wrap(trace(span())));
    expect(outcome).toEqual({ spans: 1, rejected: 0, fatal: false });
    expect(spanView(batch, 0)).toMatchObject({
      traceId: TRACE,
      spanId: '00f067aa0ba902b7',
      service: { environment: 'prod', namespace: '', name: 'frontend' },
      operation: 'GET /dispatch',
      instance: 'host-1',
      node: 'host-1',
      version: '7',
      startUs: 1_700_000_000_123_456,
      durationUs: 1500,
    });
  });

  const tag = (key: string, value: unknown, type = 'string') => ({ tags: [{ key, type, value }] });
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['a server', tag('span.kind', 'server'), { kind: 2 }],
    ['a consumer', tag('span.kind', 'consumer'), { kind: 5 }],
    ['an error tag', tag('error', true, 'bool'), { flags: 1 }],
    ['an error tag as text', tag('error', 'true'), { flags: 1 }],
    ['an OTel status', tag('otel.status_code', 'ERROR'), { flags: 1 }],
    ['HTTP as text', tag('http.status_code', '503'), { flags: 1, statusClass: 5 }],
    ['HTTP as a number', tag('http.status_code', 404, 'int64'), { flags: 0, statusClass: 4 }],
    [
      'a parent by reference',
      { references: [{ refType: 'CHILD_OF', traceID: TRACE, spanID: 'ff' }] },
      { parentId: '00000000000000ff', flags: 0 },
    ],
    ['a parent by its own field', { parentSpanID: 'ff' }, { parentId: '00000000000000ff' }],
    [
      'what it follows',
      { references: [{ refType: 'FOLLOWS_FROM', traceID: TRACE, spanID: 'ff' }] },
      { parentId: '00000000000000ff', flags: 2 },
    ],
    [
      'a parent before what it follows',
      {
        references: [
          { refType: 'FOLLOWS_FROM', traceID: TRACE, spanID: 'fe' },
          { refType: 'CHILD_OF', traceID: TRACE, spanID: 'ff' },
        ],
      },
      { parentId: '00000000000000ff', flags: 0 },
    ],
    [
      'no parent in another trace',
      { references: [{ refType: 'CHILD_OF', traceID: 'ab', spanID: 'ff' }] },
      { parentId: '0000000000000000' },
    ],
    [
      'short ids',
      { traceID: '1f', spanID: 'a' },
      { traceId: '0000000000000000000000000000001f', spanId: '000000000000000a' },
    ],
    ['no arrays but null', { tags: null, logs: null, references: null }, { operation: 'GET /dispatch' }],
    [
      'an unknown process',
      { processID: 'p9' },
      { service: { environment: '', namespace: '', name: 'unknown_service' } },
    ],
    [
      'a process of its own',
      { process: { serviceName: 'own', tags: [] } },
      { service: { environment: '', namespace: '', name: 'own' } },
    ],
    [
      'an exception that escaped',
      {
        logs: [
          {
            timestamp: 1,
            fields: [
              { key: 'event', value: 'exception' },
              { key: 'exception.escaped', value: 'true' },
            ],
          },
        ],
      },
      { flags: 1 },
    ],
  ])('reads %s', (_, changes, expected) => {
    expect(decode(trace(span(changes))).spans[0]).toMatchObject(expected);
  });

  it('names the peer of a client', () => {
    const tags = [
      { key: 'span.kind', value: 'client' },
      { key: 'db.system', value: 'redis' },
    ];
    expect(decode(trace(span({ tags }))).spans[0].peer).toBe('redis');
  });

  it('says which spans cannot be used', () => {
    const { outcome } = decode({ data: [trace(span(), span({ startTime: 0 }), span({ spanID: 'xyz' }), 7)] });
    expect(outcome).toMatchObject({ spans: 1, rejected: 3, fatal: false });
    expect(outcome.error).toEqual({ at: 'data[0].spans[1]', message: 'start time is missing' });
  });

  it.each([
    ['another object', { foo: 1 }],
    ['data that is no list', { data: 7 }],
    ['a trace that is none', { data: [7] }],
    ['spans that are none', { traceID: TRACE, spans: {} }],
  ])('calls %s fatal', (_, value) => {
    expect(decode(value).outcome).toMatchObject({ fatal: true, spans: 0 });
  });

  it('survives any JSON', () => {
    const field = fc.constantFrom(
      'data',
      'spans',
      'processes',
      'traceID',
      'spanID',
      'tags',
      'logs',
      'references',
      'key',
      'value',
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.jsonValue(),
        tie('object'),
        fc.array(tie('any'), { maxLength: 3 }),
      ),
      object: fc.dictionary(field, tie('any')),
    })).any;
    fc.assert(
      fc.property(value, (json) => {
        const { outcome, batch } = decode(json);
        expect(outcome.spans).toBe(batch.length);
      }),
      { numRuns: 1000 },
    );
  });
});
