import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StoredSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly service: string;
  readonly operation: string;
  readonly startUs: number;
  readonly durationUs: number;
  readonly failed: boolean;
}

export interface TraceStoreDouble {
  readonly url: string;
  readonly asked: readonly string[];
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Jaeger's `/api/traces/{id}` (jaeger v2.20 `query_parser.go`, `internal/uimodel/model.go`): ids of 1 to 32 hex digits, else 400;
 * 404 when there is none; the envelope `{data, total, limit, offset, errors}`.
 */
export function startJaegerQuery(spans: readonly StoredSpan[]): Promise<TraceStoreDouble> {
  return serve((pathname): Answer => {
    const id = /^\/api\/traces\/([^/]+)$/.exec(pathname)?.[1];
    if (id === undefined) return { status: 404, body: 'not found' };
    if (!/^[0-9a-f]{1,32}$/i.test(id))
      return { status: 400, body: { errors: [{ code: 400, msg: 'malformed trace id' }] } };
    const found = spans.filter(({ traceId }) => traceId === id.toLowerCase().padStart(32, '0'));
    if (found.length === 0) return { status: 404, body: { errors: [{ code: 404, msg: 'trace not found' }] } };
    const services = [...new Set(found.map(({ service }) => service))];
    const data = {
      traceID: found[0].traceId,
      spans: found.map((span) => ({
        traceID: span.traceId,
        spanID: span.spanId,
        operationName: span.operation,
        references: /^0*$/.test(span.parentId)
          ? []
          : [{ refType: 'CHILD_OF', traceID: span.traceId, spanID: span.parentId }],
        startTime: span.startUs,
        duration: span.durationUs,
        tags: span.failed ? [{ key: 'error', type: 'bool', value: true }] : [],
        logs: [],
        processID: `p${services.indexOf(span.service)}`,
      })),
      processes: Object.fromEntries(services.map((serviceName, i) => [`p${i}`, { serviceName, tags: [] }])),
    };
    return { status: 200, body: { data: [data], total: 0, limit: 0, offset: 0, errors: null } };
  });
}

/**
 * Tempo's `/api/search` (grafana/tempo, docs/sources/tempo/api_docs/_index.md): `q` in TraceQL, of which one condition is
 * understood here (`status = error`, `traceDuration > 1s`), `start` and `end` in seconds, `limit` 20 when absent; 400 on
 * anything else, as Tempo answers what it cannot parse.
 */
export function startTempo(spans: readonly StoredSpan[]): Promise<TraceStoreDouble> {
  const traces = new Map<string, StoredSpan[]>();
  for (const span of spans) traces.set(span.traceId, [...(traces.get(span.traceId) ?? []), span]);
  return serve((pathname, params): Answer => {
    if (pathname !== '/api/search') return { status: 404, body: '404 page not found' };
    const [start, end, limit] = ['start', 'end', 'limit'].map((name) => params.get(name) ?? '');
    if (!/^\d+$/.test(start) || !/^\d+$/.test(end) || Number(end) <= Number(start))
      return { status: 400, body: 'invalid start or end: unix seconds, start before end' };
    if (limit !== '' && !(Number(limit) > 0))
      return { status: 400, body: 'invalid limit: must be a positive number' };
    const matches = conditionOf(params.get('q') ?? '');
    if (matches === undefined) return { status: 400, body: 'invalid TraceQL query: parse error' };
    const found = [...traces.values()].filter((trace) => {
      const startS = Math.min(...trace.map(({ startUs }) => startUs)) / 1e6;
      return startS >= Number(start) && startS < Number(end) && matches(trace);
    });
    const answer = found.slice(0, limit === '' ? 20 : Number(limit)).map((trace) => {
      const root = trace.find(({ parentId }) => /^0*$/.test(parentId)) ?? trace[0];
      return {
        // Leading zeros may be lost.
        traceID: root.traceId.replace(/^0+/, ''),
        rootServiceName: root.service,
        rootTraceName: root.operation,
        startTimeUnixNano: String(BigInt(Math.round(root.startUs)) * 1000n),
        durationMs: Math.round(lengthUs(trace) / 1000),
      };
    });
    return { status: 200, body: { traces: answer, metrics: {} } };
  });
}

function conditionOf(q: string): ((trace: readonly StoredSpan[]) => boolean) | undefined {
  if (/^\{\s*status\s*=\s*error\s*\}$/.test(q)) return (trace) => trace.some(({ failed }) => failed);
  const longer = /^\{\s*traceDuration\s*>\s*(\d+)(ms|s)\s*\}$/.exec(q);
  if (longer === null) return undefined;
  const us = Number(longer[1]) * (longer[2] === 's' ? 1e6 : 1e3);
  return (trace) => lengthUs(trace) > us;
}

function lengthUs(trace: readonly StoredSpan[]): number {
  const ends = trace.map(({ startUs, durationUs }) => startUs + durationUs);
  return Math.max(...ends) - Math.min(...trace.map(({ startUs }) => startUs));
}

async function serve(
  answer: (pathname: string, params: URLSearchParams) => Answer,
): Promise<TraceStoreDouble> {
  const asked: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://store');
    asked.push(request.url ?? '');
    const { status, body } = answer(pathname, searchParams);
    const isText = typeof body === 'string';
    response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json' });
    response.end(isText ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
