import { Agent, request } from 'undici';
import { type JsonValue, parseJson } from '../runtime/index.ts';
import type { LogOutcome, LogQuery, LogReader, RawLogLine } from './port.ts';

/** How a trace's lines are found: by a label or structured metadata, in a line that is JSON or logfmt, or anywhere in it. */
export type LokiWay = 'label' | 'json' | 'logfmt' | 'line';

export interface LokiLogsConfig {
  readonly name: string;
  readonly url: string;
  /** LogQL stream selector; at least one matcher that an empty label does not satisfy, as Loki asks. */
  readonly selector: string;
  /** Tried in this order until one gives lines. */
  readonly ways: readonly LokiWay[];
  /** Labels, structured metadata or fields that hold the id. */
  readonly traceFields: readonly string[];
  readonly token?: string;
  readonly login?: { readonly username: string; readonly password: string };
  /** `X-Scope-OrgID`, where Loki has several tenants. */
  readonly tenant?: string;
  readonly ca?: string;
}

/** 50 lines of 1 MiB would be more than anybody reads; Loki's own limit for a line is 256 KiB. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/**
 * Lines in Loki by its query API (grafana/loki, docs/sources/reference/loki-http-api.md, "Query logs within a range of
 * time": nanoseconds, start inclusive, end exclusive, oldest first with `direction=forward`).
 */
export function createLokiLogs(config: LokiLogsConfig): LogReader {
  const base = new URL(config.url.endsWith('/') ? config.url : `${config.url}/`);
  const tls = config.ca === undefined ? {} : { connect: { ca: config.ca } };
  const dispatcher = new Agent({ ...tls, connections: 4 });
  const get = (
    path: string,
    params: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Answer> => {
    const url = new URL(path, base);
    url.search = new URLSearchParams(params).toString();
    return ask(url, { dispatcher, headers: headersOf(config), signal });
  };
  return {
    name: config.name,
    read: async (query, signal) => {
      for (const way of config.ways) {
        const outcome = await readBy(
          way,
          query,
          (params) => get('loki/api/v1/query_range', params, signal),
          config,
        );
        if (outcome.kind === 'failed' || outcome.lines.length > 0) return outcome;
      }
      return { kind: 'lines', lines: [], more: false };
    },
    describe: async (signal) => {
      const found = `Loki at ${config.url}`;
      const answer = await get('loki/api/v1/labels', {}, signal);
      return answer.kind === 'failed' ? { found, problem: answer.reason } : { found };
    },
    close: () => dispatcher.close(),
  };
}

type Answer =
  | { readonly kind: 'answer'; readonly value: JsonValue }
  | { readonly kind: 'failed'; readonly reason: string };

async function readBy(
  way: LokiWay,
  query: LogQuery,
  get: (params: Readonly<Record<string, string>>) => Promise<Answer>,
  config: Pick<LokiLogsConfig, 'selector' | 'traceFields'>,
): Promise<LogOutcome> {
  const answer = await get({
    query: logQl(way, query.ids, config),
    start: nanoseconds(query.fromMs),
    end: nanoseconds(query.toMs),
    // One more says whether there are more.
    limit: String(query.limit + 1),
    direction: 'forward',
  });
  if (answer.kind === 'failed') return answer;
  const lines = linesOf(answer.value);
  if (lines === undefined)
    return { kind: 'failed', reason: 'what it answers is not a list of streams: is that Loki?' };
  return { kind: 'lines', lines: lines.slice(0, query.limit), more: lines.length > query.limit };
}

/**
 * The query of a way. Ids are hex digits and fields are names (the configuration is checked for it), so that nothing has to
 * be quoted. LogQL anchors `=~` of labels, and does not anchor `|~` of lines (docs/sources/query/log_queries).
 */
export function logQl(
  way: LokiWay,
  ids: readonly string[],
  { selector, traceFields }: Pick<LokiLogsConfig, 'selector' | 'traceFields'>,
): string {
  const any = ids.join('|');
  const labels = traceFields.map((field) => `${field}=~"${any}"`).join(' or ');
  switch (way) {
    case 'label':
      return `${selector} | ${labels}`;
    case 'json':
    case 'logfmt':
      return `${selector} |~ "${any}" | ${way} | ${labels}`;
    case 'line':
      return `${selector} |~ "${any}"`;
  }
}

function nanoseconds(ms: number): string {
  return `${Math.floor(Math.max(0, ms))}000000`;
}

function headersOf({ token, login, tenant }: LokiLogsConfig): Readonly<Record<string, string>> {
  const basic = login && Buffer.from(`${login.username}:${login.password}`).toString('base64');
  return {
    accept: 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(basic !== undefined && { authorization: `Basic ${basic}` }),
    ...(tenant !== undefined && { 'x-scope-orgid': tenant }),
  };
}

async function ask(
  url: URL,
  {
    dispatcher,
    headers,
    signal,
  }: {
    readonly dispatcher: Agent;
    readonly headers: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
): Promise<Answer> {
  try {
    const { statusCode, body } = await request(url, { dispatcher, headers, signal });
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > MAX_ANSWER_BYTES)
        return { kind: 'failed', reason: `its answer is larger than ${MAX_ANSWER_BYTES} bytes` };
      chunks.push(chunk);
    }
    if (statusCode !== 200) return { kind: 'failed', reason: reasonOf(statusCode) };
    const parsed = parseJson(Buffer.concat(chunks).toString('utf8'));
    return parsed.ok
      ? { kind: 'answer', value: parsed.value }
      : { kind: 'failed', reason: `its answer is ${parsed.reason}` };
  } catch (error) {
    if (signal.aborted) return { kind: 'failed', reason: 'no answer in time' };
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return {
      kind: 'failed',
      reason: /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? `no connection (${code})` : 'no connection',
    };
  }
}

/** Never the body: it quotes the query, and proxies put what they like there. */
function reasonOf(status: number): string {
  if (status === 401 || status === 403)
    return `not allowed (HTTP ${status}): are the token, the login and the tenant right?`;
  if (status === 400)
    return 'HTTP 400: is `selector` a LogQL stream selector, and `limit` within what Loki allows?';
  return `HTTP ${status}`;
}

/** Undefined when it is no answer of streams. Of a stream's labels, level and service are looked at. */
function linesOf(value: JsonValue): RawLogLine[] | undefined {
  const data = field(value, 'data');
  const result = field(data, 'result');
  if (field(data, 'resultType') !== 'streams' || !Array.isArray(result)) return undefined;
  const lines: RawLogLine[] = [];
  for (const entry of result) {
    const values = field(entry, 'values');
    if (!Array.isArray(values)) continue;
    for (const pair of values) {
      const [at, text, metadata] = Array.isArray(pair) ? pair : [];
      if (typeof at !== 'string' || typeof text !== 'string') continue;
      const label = (names: readonly string[]): string => labelOf([metadata, field(entry, 'stream')], names);
      lines.push({ atMs: millisecondsOf(at), text, level: label(LEVELS), service: label(SERVICES) });
    }
  }
  return lines.filter(({ atMs }) => Number.isFinite(atMs)).sort((a, b) => a.atMs - b.atMs);
}

/** Nanoseconds as a number would lose the last ones: to the microsecond they are exact. */
function millisecondsOf(nanoseconds: string): number {
  return /^\d{1,25}$/.test(nanoseconds) ? Number(BigInt(nanoseconds) / 1000n) / 1000 : Number.NaN;
}

/** Loki's own name first (docs: "detected_level"), then what agents call them. */
const LEVELS = ['detected_level', 'level', 'severity_text', 'severity'];
const SERVICES = ['service_name', 'service', 'app', 'job', 'container'];

function labelOf(places: readonly (JsonValue | undefined)[], names: readonly string[]): string {
  for (const name of names)
    for (const place of places) {
      const found = field(place, name);
      if (typeof found === 'string' && found !== '') return found;
    }
  return '';
}

function field(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && Object.hasOwn(value, name)
    ? value[name]
    : undefined;
}
