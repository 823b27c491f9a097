import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import { createZipkinJsonFormat } from '../../src/formats/index.ts';
import { spanViews } from './span-view.ts';

function decode(value: unknown) {
  const names = new Names();
  const batch = new SpanBatch(names);
  const outcome = createZipkinJsonFormat(names).decode(Buffer.from(JSON.stringify(value)), batch);
  return { outcome, spans: spanViews(batch) };
}

function span(changes: Record<string, unknown> = {}) {
  return {
    traceId: '5af7183fb1d4cf5f',
    id: '6b221d5bc9e6496c',
    name: 'get /api',
    timestamp: 1_700_000_000_123_456,
    duration: 1000,
    localEndpoint: { serviceName: 'frontend', ipv4: '10.0.0.1', port: 80 },
    ...changes,
  };
}

describe('Zipkin JSON', () => {
  it('reads a span', () => {
    const { outcome, spans } = decode([
      span({ kind: 'CLIENT', parentId: 'ff', remoteEndpoint: { serviceName: 'mysql' } }),
    ]);
    expect(outcome).toEqual({ spans: 1, rejected: 0, fatal: false });
    expect(spans[0]).toMatchObject({
      traceId: '00000000000000005af7183fb1d4cf5f',
      spanId: '6b221d5bc9e6496c',
      parentId: '00000000000000ff',
      service: { environment: '', namespace: '', name: 'frontend' },
      operation: 'get /api',
      instance: '10.0.0.1',
      peer: 'mysql',
      kind: 3,
      startUs: 1_700_000_000_123_456,
      durationUs: 1000,
    });
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['a local span, which has no peer', { remoteEndpoint: { serviceName: 'x' } }, { kind: 1, peer: '' }],
    ['an error by its tag', { tags: { error: '' } }, { flags: 1 }],
    ['an error with a message', { tags: { error: 'timeout' } }, { flags: 1 }],
    ['no error', { tags: { error: 'false' } }, { flags: 0 }],
    ['HTTP', { kind: 'SERVER', tags: { 'http.status_code': '500' } }, { kind: 2, flags: 1, statusClass: 5 }],
    [
      'no endpoint',
      { localEndpoint: null },
      { service: { environment: '', namespace: '', name: 'unknown_service' } },
    ],
  ])('reads %s', (_, changes, expected) => {
    expect(decode([span(changes)]).spans[0]).toMatchObject(expected);
  });

  const server = { localEndpoint: { serviceName: 'backend' }, kind: 'SERVER' };
  it.each([
    ['marked as shared', { ...server, shared: true }],
    ['of one id without the mark', server],
  ])('makes a server span %s the child of its client, and its own children its own', (_, changes) => {
    const { spans } = decode([
      span({ kind: 'CLIENT' }),
      span(changes),
      span({ id: '01', parentId: '6b221d5bc9e6496c', localEndpoint: { serviceName: 'backend' } }),
      span({ id: '02', parentId: '6b221d5bc9e6496c' }),
    ]);
    const [client, serverSpan, child, other] = spans;
    expect(client.spanId).toBe('6b221d5bc9e6496c');
    expect(serverSpan.spanId).not.toBe(client.spanId);
    expect(serverSpan.parentId).toBe(client.spanId);
    expect(child.parentId).toBe(serverSpan.spanId);
    expect(other.parentId).toBe(client.spanId);
  });

  it('derives the id of a shared server span alike in every batch', () => {
    const alone = decode([span({ ...server, shared: true })]).spans[0];
    const together = decode([span({ kind: 'CLIENT' }), span({ ...server, shared: true })]).spans[1];
    expect(alone.spanId).toBe(together.spanId);
    expect(alone.parentId).toBe('6b221d5bc9e6496c');
  });

  it('says which spans cannot be used', () => {
    const { outcome } = decode([
      span(),
      span({ duration: undefined }),
      span({ timestamp: undefined }),
      7,
      span({ id: '' }),
    ]);
    expect(outcome).toMatchObject({ spans: 1, rejected: 4, fatal: false });
    expect(outcome.error).toEqual({ at: '[1]', message: 'duration is missing' });
  });

  it.each([
    ['an object', {}],
    ['a number', 7],
    ['null', null],
  ])('calls %s fatal', (_, value) => {
    expect(decode(value).outcome).toMatchObject({ fatal: true, spans: 0 });
  });

  it('survives any JSON', () => {
    const field = fc.constantFrom(
      'traceId',
      'id',
      'kind',
      'shared',
      'tags',
      'localEndpoint',
      'serviceName',
      'timestamp',
      'duration',
    );
    const spans = fc.array(
      fc.dictionary(field, fc.oneof(fc.jsonValue(), fc.constantFrom('SERVER', true, '1f', 1.7e15))),
    );
    fc.assert(
      fc.property(spans, (json) => void decode(json)),
      { numRuns: 1000 },
    );
  });
});
