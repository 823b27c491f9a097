import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Names } from '../../../src/domain/names.ts';
import { SpanBatch } from '../../../src/domain/span-batch.ts';
import { createFormats } from '../../../src/formats/index.ts';
import { createJaegerReader } from '../../../src/sources/jaeger-query/index.ts';
import { spanViews } from '../../formats/span-view.ts';
import type { Clock } from '../../../src/runtime/index.ts';
import { testRuntime } from '../recording-sink.ts';

const NOON = Date.UTC(2026, 0, 5, 12);
const SLICE = { fromMs: NOON, toMs: NOON + 60_000 };
const PAGE = '<!doctype html><script>const JAEGER_VERSION = {"gitVersion":"v2.19.0"};</script>';

type Answer = readonly [status: number, body: string];

/** A query service that answers by the rules of the version that is played. */
async function jaeger(answer: (path: string, query: URLSearchParams) => Answer, concurrency = 1) {
  const asked: { path: string; query: URLSearchParams }[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://x');
    asked.push({ path: url.pathname, query: url.searchParams });
    const [status, body] = answer(url.pathname, url.searchParams);
    // As 2.x does it.
    response.writeHead(status, { 'content-type': 'text/plain' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const formats = createFormats(new Names());
  const config = { name: 'j', url, critical: ['pay', 'gone'], leaveOut: ['jaeger-query'], limit: 4 };
  const runtime = testRuntime();
  const pauses: number[] = [];
  // Pauses pass at once.
  const clock: Clock = {
    now: () => runtime.clock.now(),
    after: (ms, callback) => {
      if (ms > 0) pauses.push(ms);
      return runtime.clock.after(0, callback);
    },
  };
  const reader = createJaegerReader({ ...config, concurrency, pauseMs: 0, timeoutMs: 20_000 }, formats, {
    ...runtime,
    clock,
  });
  stops.push(async () => {
    await reader.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const read = async (mayCut = false) => {
    const batch = new SpanBatch(formats.names);
    const outcome = await reader.read(SLICE, batch, { signal: new AbortController().signal, mayCut });
    return { outcome, spans: spanViews(batch) };
  };
  return { asked, pauses, read, reader };
}
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const services: Answer = [200, '{"services":["cart","jaeger-query","pay"]}'];
const none: Answer = [404, '{"error":{"httpCode":404,"message":"No traces found"}}'];
const otlp = (traceId: string, spanId: string, key = 'scopeSpans', startMs = NOON): string =>
  JSON.stringify({
    result: {
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'pay' } }] },
          [key]: [
            {
              spans: [
                {
                  traceId,
                  spanId,
                  name: 'charge',
                  kind: key === 'scopeSpans' ? 2 : 'SPAN_KIND_SERVER',
                  startTimeUnixNano: `${startMs}000000`,
                  endTimeUnixNano: `${startMs + 5}000000`,
                },
              ],
            },
          ],
        },
      ],
    },
  });

describe('Jaeger Query', () => {
  it('asks critical services first, leaves out its own, and takes a trace of two services once', async () => {
    const hex = 'a'.repeat(32);
    const { asked, read } = await jaeger((path) =>
      path === '/api/v3/services' ? services : [200, otlp(hex, 'b'.repeat(16))],
    );
    const { outcome, spans } = await read();
    expect(outcome).toEqual({ kind: 'ok', rejected: 0, cut: false });
    expect(spans).toMatchObject([{ traceId: hex, operation: 'charge', durationUs: 5000 }]);
    const traces = asked.filter(({ path }) => path === '/api/v3/traces');
    expect(traces.map(({ query }) => query.get('query.service_name'))).toEqual(['pay', 'cart']);
    expect(Object.fromEntries(traces[0].query)).toEqual({
      'query.service_name': 'pay',
      'query.start_time_min': '2026-01-05T12:00:00.000Z',
      'query.start_time_max': '2026-01-05T12:01:00.000Z',
      'query.num_traces': '4',
    });
  });

  it('keeps client and server of a call that share an id', async () => {
    const hex = 'a'.repeat(32);
    const server = otlp(hex, 'b'.repeat(16));
    const client = server.replace('"kind":2', '"kind":3').replace('"pay"', '"cart"');
    const { read } = await jaeger((path) =>
      path === '/api/v3/services' ? services : [200, `${client}\n${server}`],
    );
    expect((await read()).spans.map(({ service }) => service.name)).toEqual(['cart', 'pay']);
  });

  it('reads the old dialect of v3: a line a trace, base64 ids', async () => {
    const id = (byte: string, bytes: number): string => Buffer.alloc(bytes, byte).toString('base64');
    const lines = ['x', 'y'].map((byte) => otlp(id(byte, 16), id(byte, 8), 'instrumentationLibrarySpans'));
    const { read } = await jaeger((path, query) => {
      if (path === '/api/v3/services') return services;
      return query.get('query.service_name') === 'pay' ? [200, `${lines.join('\n')}\n`] : none;
    });
    expect((await read()).spans.map(({ traceId }) => traceId)).toEqual(['78'.repeat(16), '79'.repeat(16)]);
  });

  it('falls back to the legacy API when v3 is only the page of the UI', async () => {
    const trace = {
      traceID: 'abc',
      spans: [
        {
          traceID: 'abc',
          spanID: '1',
          operationName: 'o',
          startTime: NOON * 1000,
          duration: 7,
          processID: 'p',
        },
      ],
      processes: { p: { serviceName: 'pay' } },
    };
    const { asked, read, reader } = await jaeger((path) => {
      if (path === '/api/services') return [200, '{"data":["pay"]}'];
      return path === '/api/traces' ? [200, JSON.stringify({ data: [trace] })] : [200, PAGE];
    });
    expect((await read()).spans).toMatchObject([{ operation: 'o', durationUs: 7 }]);
    expect(Object.fromEntries(asked.at(-1)?.query ?? [])).toEqual({
      service: 'pay',
      start: String(NOON * 1000),
      end: String((NOON + 60_000) * 1000),
      limit: '4',
    });
    expect(await reader.describe()).toEqual({
      found: expect.stringContaining('v2.19.0, the legacy API, 1 services') as string,
      problem: 'it does not know the critical services gone',
    });
  });

  it.each([503, 500, 429])('keeps to v3 when what spoke it answers %i for a while', async (status) => {
    let troubled = false;
    const { asked, read, reader } = await jaeger((path) => {
      if (path === '/api/services') return [200, '{"data":["pay"]}'];
      if (troubled) return [status, 'not now'];
      return path === '/api/v3/services' ? services : none;
    });
    expect((await read()).outcome).toMatchObject({ kind: 'ok' });
    troubled = true;
    // Twice: the first failure has it look for services again.
    for (let i = 0; i < 2; i++)
      expect((await read()).outcome).toEqual({ kind: 'failed', reason: `HTTP ${status}` });
    expect(await reader.describe()).toMatchObject({ problem: `HTTP ${status}` });
    troubled = false;
    expect((await read()).outcome).toMatchObject({ kind: 'ok' });
    expect(asked.map(({ path }) => path)).not.toContain('/api/services');
  });

  it('takes the legacy API while v3 is not up yet, and v3 when it is or the legacy one is gone', async () => {
    let isUp = false;
    const { asked, read } = await jaeger((path) => {
      if (path === '/api/services') return isUp ? [404, ''] : [200, '{"data":["pay"]}'];
      if (path === '/api/traces') return isUp ? [404, ''] : [200, '{"data":[]}'];
      if (!isUp) return [503, 'unavailable'];
      return path === '/api/v3/services' ? services : none;
    });
    expect((await read()).outcome).toMatchObject({ kind: 'ok' });
    expect(asked.at(-1)?.path).toBe('/api/traces');
    isUp = true;
    expect((await read()).outcome).toEqual({ kind: 'failed', reason: 'HTTP 404' });
    expect((await read()).outcome).toMatchObject({ kind: 'ok' });
    expect(asked.at(-1)?.path).toBe('/api/v3/traces');
  });

  it('asks again, with pauses, for what failed, and not for what it has', async () => {
    const asks = new Map<string, number>();
    const { asked, pauses, read } = await jaeger((path, query) => {
      const key = `${path} ${query.get('query.service_name') ?? ''}`;
      const times = (asks.get(key) ?? 0) + 1;
      asks.set(key, times);
      if (times < 4 && key.endsWith('cart')) return times === 2 ? [200, PAGE] : [503, 'not now'];
      return path === '/api/v3/services' ? services : none;
    });
    expect((await read()).outcome).toEqual({ kind: 'ok', rejected: 0, cut: false });
    expect(pauses).toEqual([250, 500, 1000]);
    expect(asked.map(({ query }) => query.get('query.service_name'))).toEqual([
      ...[null, 'pay', 'cart', 'cart', 'cart', 'cart'],
    ]);
  });

  it('goes on where a slice was left, with what it had, when it is asked for again', async () => {
    const hex = (digit: string): string => digit.repeat(32);
    let fails = true;
    const { asked, read } = await jaeger((path, query) => {
      if (path === '/api/v3/services') return services;
      if (query.get('query.service_name') === 'pay') return [200, otlp(hex('a'), 'b'.repeat(16))];
      return fails ? [503, 'not now'] : [200, otlp(hex('c'), 'd'.repeat(16))];
    });
    expect((await read()).outcome).toMatchObject({ kind: 'failed' });
    fails = false;
    const { outcome, spans } = await read();
    expect(outcome).toEqual({ kind: 'ok', rejected: 0, cut: false });
    expect(spans.map(({ traceId }) => traceId)).toEqual([hex('a'), hex('c')]);
    const names = (): (string | null)[] => asked.map(({ query }) => query.get('query.service_name'));
    expect(names().filter((name) => name === 'pay')).toHaveLength(1);
    // Another slice, or the same one after it was whole, begins anew.
    expect((await read()).spans).toHaveLength(2);
    expect(names().filter((name) => name === 'pay')).toHaveLength(2);
  });

  it('ends all lines of queries when one gives up', async () => {
    const { asked, read } = await jaeger((path, query) => {
      if (path === '/api/v3/services')
        return [200, JSON.stringify({ services: Array.from({ length: 40 }, (_unused, i) => `s${i}`) })];
      return query.get('query.service_name') === 's0' ? [503, 'not now'] : none;
    }, 2);
    expect((await read()).outcome).toEqual({ kind: 'failed', reason: 'HTTP 503' });
    const before = asked.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(asked).toHaveLength(before);
  });

  it('halves the time of a query that gave as many as its limit, and loses none', async () => {
    const starts = Array.from({ length: 40 }, (_unused, i) => NOON + i * 1490);
    const { read } = await jaeger((path, query) => {
      if (path === '/api/v3/services') return [200, '{"services":["pay"]}'];
      const [from, to] = ['min', 'max'].map((end) => Date.parse(query.get(`query.start_time_${end}`) ?? ''));
      const found = starts.filter((ms) => ms >= from && ms < to).slice(0, 4);
      if (found.length === 0) return none;
      const id = (ms: number): string => (ms - NOON + 1).toString(16);
      return [200, found.map((ms) => otlp(id(ms).padStart(32, '0'), id(ms).padStart(16, '0'))).join('\n')];
    });
    const { outcome, spans } = await read();
    expect(outcome).toMatchObject({ kind: 'ok', cut: false });
    expect(spans).toHaveLength(40);
  });

  /** As one on Cassandra: so many rows of an index by service, a row a span, and the traces that they name. */
  const cassandra =
    (startsOfTraces: readonly (readonly number[])[]) => (path: string, query: URLSearchParams) => {
      if (path === '/api/v3/services') return [200, '{"services":["pay"]}'] as const;
      const [from, to] = ['min', 'max'].map((end) => Date.parse(query.get(`query.start_time_${end}`) ?? ''));
      const rows = startsOfTraces
        .flatMap((starts, trace) => starts.map((ms) => ({ trace, ms })))
        .filter(({ ms }) => ms >= from && ms < to)
        .toSorted((a, b) => b.ms - a.ms)
        .slice(0, 3 * 4);
      const ids = [...new Set(rows.map(({ trace }) => trace))].slice(0, 4);
      if (ids.length === 0) return none;
      const lines = ids.flatMap((trace) =>
        startsOfTraces[trace].map((ms, i) => {
          const hex = (trace * 1000 + i + 1).toString(16);
          return otlp((trace + 1).toString(16).padStart(32, '0'), hex.padStart(16, '0'), 'scopeSpans', ms);
        }),
      );
      return [200, lines.join('\n')] as const;
    };

  it('loses none to a Cassandra, which gives fewer traces than the limit though there are more', async () => {
    const traces = Array.from({ length: 40 }, (_unused, i) =>
      Array.from({ length: 10 }, (_other, k) => NOON + i * 1490 + k),
    );
    const { read } = await jaeger(cassandra(traces));
    const { outcome, spans } = await read();
    expect(spans).toHaveLength(400);
    expect(outcome).toMatchObject({ kind: 'ok', cut: false });
  });

  it('asks a bounded number of times for one trace with many spans, and says when it cannot know', async () => {
    const many = Array.from({ length: 200 }, (_unused, i) => NOON + i * 100);
    const spread = await jaeger(cassandra([many]));
    expect(await spread.read()).toMatchObject({ outcome: { kind: 'ok', cut: false } });
    expect(spread.asked.length).toBeLessThan(2 * (200 / 12) * 4);
    const together = await jaeger(cassandra([Array.from({ length: 200 }, () => NOON)]));
    expect(await together.read()).toMatchObject({ outcome: { kind: 'ok', cut: true } });
    expect(together.asked.length).toBeLessThan(40);
  });

  it('says when even the shortest query is full', async () => {
    const lines = [1, 2, 3, 4].map((n) => otlp(String(n).repeat(32), String(n).repeat(16))).join('\n');
    const { read } = await jaeger((path, query) => {
      if (path === '/api/v3/services') return [200, '{"services":["pay"]}'];
      return query.get('query.start_time_min') === '2026-01-05T12:00:00.000Z' ? [200, lines] : none;
    });
    const { outcome, spans } = await read();
    expect(outcome).toMatchObject({ kind: 'ok', cut: true });
    expect(spans).toHaveLength(4);
  });

  it.each([
    ['an error', [500, 'oops'] as Answer, 'HTTP 500'],
    [
      'a login page before it',
      [302, ''] as Answer,
      'HTTP 302: it sends us elsewhere (is a login page before it?)',
    ],
    ['a refusal', [401, ''] as Answer, 'not allowed (HTTP 401): is the token right?'],
    [
      'a page',
      [200, PAGE] as Answer,
      'what answers there is no Jaeger query service (is its base path missing?)',
    ],
  ])('says why it cannot read: %s', async (_name, answer, reason) => {
    const { read } = await jaeger(() => answer);
    expect((await read()).outcome).toEqual({ kind: 'failed', reason });
  });
});
