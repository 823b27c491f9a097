import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type LogEntry, type LogQuery, type MetricQuery, parseLogQl } from './logql.ts';

export interface LokiLine {
  readonly atMs: number;
  readonly line: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Structured metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface LokiDouble {
  readonly url: string;
  /** Query strings seen, decoded, in order. */
  readonly queries: readonly URLSearchParams[];
  push(...lines: readonly LokiLine[]): void;
  /** What it does instead of answering, until told otherwise. */
  behave(how: 'well' | 'slow' | 'down' | 'garbage' | 'huge' | 'reset'): void;
  close(): Promise<void>;
}

/** Defaults of limits_config: max_entries_limit_per_query, max_query_length (30d1h). */
const MAX_ENTRIES = 5_000;
const MAX_LENGTH_NS = 721n * 3_600_000_000_000n;
const DEFAULT_LIMIT = 100;

/**
 * Loki's query API on 127.0.0.1 over lines that it was given, holding to grafana/loki,
 * docs/sources/reference/loki-http-api.md and limits_config: nanoseconds, start inclusive and end exclusive, `limit`,
 * `direction`, the selector that is needed, and with `tenant` the header without which there is 401 "no org id".
 */
export async function startLoki({ tenant }: { readonly tenant?: string } = {}): Promise<LokiDouble> {
  const entries: LogEntry[] = [];
  const queries: URLSearchParams[] = [];
  let how: Parameters<LokiDouble['behave']>[0] = 'well';
  const server = createServer((request, response) => {
    const answer = (status: number, body: string, type = 'application/json'): void =>
      void response.writeHead(status, { 'content-type': type }).end(body);
    if (how === 'reset') return void request.socket.resetAndDestroy();
    if (how === 'slow') return undefined;
    if (how === 'down') return answer(503, 'too many outstanding requests', 'text/plain');
    if (how === 'garbage') return answer(200, '<html>login</html>', 'text/html');
    if (how === 'huge') return answer(200, '['.repeat(9_000_000));
    const { status, body } = answerTo(request, { entries, queries, tenant });
    answer(status, body, status === 200 ? 'application/json' : 'text/plain');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    queries,
    push: (...lines) => {
      for (const { atMs, line, labels, metadata = {} } of lines)
        entries.push({ atNs: BigInt(Math.round(atMs * 1000)) * 1000n, line, labels, metadata });
      entries.sort((a, b) => (a.atNs < b.atNs ? -1 : 1));
    },
    behave: (next) => void (how = next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly body: string;
}
interface Kept {
  readonly entries: readonly LogEntry[];
  readonly queries: URLSearchParams[];
  readonly tenant: string | undefined;
}

function answerTo({ method, url = '', headers }: IncomingMessage, kept: Kept): Answer {
  const { pathname, searchParams } = new URL(url, 'http://loki');
  if (kept.tenant !== undefined && headers['x-scope-orgid'] !== kept.tenant)
    return { status: 401, body: 'no org id' };
  if (method !== 'GET') return { status: 405, body: 'method not allowed' };
  if (pathname === '/loki/api/v1/labels') {
    const names = new Set(kept.entries.flatMap(({ labels }) => Object.keys(labels)));
    return success([...names].sort());
  }
  if (pathname !== '/loki/api/v1/query_range') return { status: 404, body: '404 page not found' };
  kept.queries.push(searchParams);
  try {
    const query = parseLogQl(searchParams.get('query') ?? '');
    const asked = rangeOf(searchParams);
    return success(query.kind === 'logs' ? streams(query, asked, kept) : matrix(query, asked, kept));
  } catch (error) {
    return { status: 400, body: error instanceof Error ? error.message : '' };
  }
}

interface Asked {
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly limit: number;
  readonly backward: boolean;
  readonly stepMs: number;
}

function rangeOf(params: URLSearchParams): Asked {
  const endNs = timeOf(params.get('end') ?? '');
  const startNs = timeOf(params.get('start') ?? '');
  const limit = Number(params.get('limit') ?? DEFAULT_LIMIT);
  const direction = params.get('direction') ?? 'backward';
  if (endNs <= startNs) throw new RangeError('end timestamp must not be before or equal to start time');
  if (endNs - startNs > MAX_LENGTH_NS)
    throw new RangeError('the query time range exceeds the limit (query length, limit: 30d1h)');
  if (!Number.isInteger(limit) || limit <= 0) throw new RangeError('limit must be a positive value');
  if (limit > MAX_ENTRIES)
    throw new RangeError(
      `max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${MAX_ENTRIES})`,
    );
  if (direction !== 'backward' && direction !== 'forward')
    throw new RangeError(`invalid direction '${direction}'`);
  const seconds = Number(endNs - startNs) / 1e9;
  const stepMs = Number(params.get('step') ?? Math.max(Math.floor(seconds / 250), 1)) * 1000;
  return { startNs, endNs, limit, backward: direction === 'backward', stepMs };
}

/** Nanoseconds, seconds with a fraction, or RFC 3339. */
function timeOf(text: string): bigint {
  if (/^\d+$/.test(text)) return text.length <= 10 ? BigInt(text) * 1_000_000_000n : BigInt(text);
  if (/^\d+\.\d+$/.test(text)) return BigInt(Math.round(Number(text) * 1e6)) * 1000n;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new RangeError(`cannot parse "${text}" to a valid timestamp`);
  return BigInt(ms) * 1_000_000n;
}

function streams({ pass }: LogQuery, { startNs, endNs, limit, backward }: Asked, { entries }: Kept): object {
  const inRange = entries.filter(({ atNs }) => atNs >= startNs && atNs < endNs);
  const passed = (backward ? inRange.toReversed() : inRange)
    .flatMap((entry) => {
      const labels = pass(entry);
      return labels === undefined ? [] : [{ entry, labels }];
    })
    .slice(0, limit);
  const found = new Map<string, { stream: object; values: [string, string][] }>();
  for (const { entry, labels } of passed) {
    const key = JSON.stringify(Object.entries(labels).sort());
    const stream = found.get(key) ?? { stream: labels, values: [] };
    found.set(key, stream);
    stream.values.push([String(entry.atNs), entry.line]);
  }
  return { resultType: 'streams', result: [...found.values()], stats: {} };
}

function matrix(query: MetricQuery, { startNs, endNs, stepMs }: Asked, { entries }: Kept): object {
  const series = new Map<string, { metric: Record<string, string>; values: [number, string][] }>();
  const startMs = Number(startNs / 1_000_000n);
  for (let atMs = startMs; atMs <= Number(endNs / 1_000_000n); atMs += stepMs) {
    const counts = new Map<string, { metric: Record<string, string>; count: number }>();
    for (const entry of entries) {
      const ms = Number(entry.atNs / 1_000_000n);
      const labels = ms > atMs - query.rangeMs && ms <= atMs ? query.logs.pass(entry) : undefined;
      if (labels === undefined) continue;
      const metric = Object.fromEntries(
        (query.by ?? Object.keys(labels)).flatMap((name) => {
          const value = labels[name] ?? '';
          return value === '' ? [] : [[name, value]];
        }),
      );
      const key = JSON.stringify(Object.entries(metric).sort());
      const known = counts.get(key) ?? { metric, count: 0 };
      counts.set(key, { metric, count: known.count + 1 });
    }
    for (const [key, { metric, count }] of counts) {
      const value = query.over === 'rate' ? count / (query.rangeMs / 1000) : count;
      const known = series.get(key) ?? { metric, values: [] };
      series.set(key, known);
      known.values.push([atMs / 1000, String(value)]);
    }
  }
  return { resultType: 'matrix', result: [...series.values()], stats: {} };
}

function success(data: unknown): Answer {
  return { status: 200, body: JSON.stringify({ status: 'success', data }) };
}
