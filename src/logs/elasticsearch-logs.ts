import { Client, type ClientOptions, errors } from '@elastic/elasticsearch';
import type { LogQuery, LogReader, RawLogLine } from './port.ts';

export interface ElasticsearchLogsConfig {
  readonly name: string;
  /** One of the two. */
  readonly url?: string;
  readonly cloudId?: string;
  /** One of the two, or none. */
  readonly apiKey?: string;
  readonly login?: { readonly username: string; readonly password: string };
  readonly ca?: string;
  /** Indices, aliases or patterns, separated by commas. */
  readonly index: string;
  readonly timeField: string;
  /** Fields that may hold the id; each is asked with `.keyword` too. */
  readonly traceFields: readonly string[];
  readonly messageFields: readonly string[];
  readonly timeoutMs: number;
}

/** ECS, OTel's data stream, and what loggers write. */
const LEVEL_FIELDS = ['log.level', 'severity_text', 'level', 'severity'];
const SERVICE_FIELDS = ['service.name', 'resource.attributes.service.name', 'serviceName', 'service'];

/**
 * Lines in Elasticsearch 8. A `term` on a `text` field looks for one word of it and misses what the analyser took apart, so
 * that each field is asked as it is and by its `.keyword` (Elasticsearch reference, "Term query", "Avoid using the term
 * query for text fields"). Values come by `fields`, which reads flat, nested and aliased ones alike. Nothing is written.
 */
export function createElasticsearchLogs(config: ElasticsearchLogsConfig): LogReader {
  const client = new Client(clientOptions(config));
  const index = config.index.split(',');
  return {
    name: config.name,
    read: async (query, signal) => {
      try {
        const answer = await client.search(searchOf(query, config), { signal });
        const hits = answer.hits.hits;
        const lines = hits.slice(0, query.limit).flatMap(({ fields = {} }) => lineOf(fields, config) ?? []);
        return { kind: 'lines', lines, more: hits.length > query.limit };
      } catch (error) {
        return { kind: 'failed', reason: reasonOf(error) };
      }
    },
    describe: async (signal) => {
      const found = `Elasticsearch at ${config.url ?? 'Elastic Cloud'}`;
      try {
        const { count } = await client.count({ index, ignore_unavailable: true }, { signal });
        const said = `${found}, ${count} log lines in ${config.index}`;
        return count > 0 ? { found: said } : { found: said, problem: 'there is none: is `index` right?' };
      } catch (error) {
        return { found, problem: reasonOf(error) };
      }
    },
    close: () => client.close(),
  };
}

type SearchRequest = NonNullable<Parameters<Client['search']>[0]>;

function searchOf(
  { ids, fromMs, toMs, limit }: LogQuery,
  { index, timeField, traceFields, messageFields, timeoutMs }: ElasticsearchLogsConfig,
): SearchRequest {
  const asked = traceFields.flatMap((field) => [field, `${field}.keyword`]);
  return {
    index: index.split(','),
    ignore_unavailable: true,
    allow_no_indices: true,
    // One more says whether there are more.
    size: limit + 1,
    track_total_hits: false,
    timeout: `${timeoutMs}ms`,
    query: {
      bool: {
        filter: [
          {
            range: { [timeField]: { gte: Math.floor(fromMs), lt: Math.ceil(toMs), format: 'epoch_millis' } },
          },
        ],
        should: asked.map((field) => ({ terms: { [field]: [...ids] } })),
        minimum_should_match: 1,
      },
    },
    sort: [{ [timeField]: { order: 'asc', unmapped_type: 'date' } }],
    _source: false,
    fields: [
      { field: timeField, format: 'epoch_millis' },
      ...[...messageFields, ...LEVEL_FIELDS, ...SERVICE_FIELDS].map((field) => ({
        field,
        include_unmapped: true,
      })),
    ],
  };
}

function lineOf(
  fields: Readonly<Record<string, unknown>>,
  { timeField, messageFields }: ElasticsearchLogsConfig,
): RawLogLine | undefined {
  const atMs = Number(first(fields, [timeField]));
  const text = first(fields, messageFields);
  if (!Number.isFinite(atMs) || text === '') return undefined;
  return { atMs, text, level: first(fields, LEVEL_FIELDS), service: first(fields, SERVICE_FIELDS) };
}

function first(fields: Readonly<Record<string, unknown>>, names: readonly string[]): string {
  for (const name of names) {
    const values = fields[name];
    const value: unknown = Array.isArray(values) ? values[0] : values;
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return '';
}

function clientOptions({
  url,
  cloudId,
  apiKey,
  login,
  ca,
  timeoutMs,
}: ElasticsearchLogsConfig): ClientOptions {
  const auth = apiKey === undefined ? login : { apiKey };
  return {
    ...(cloudId === undefined ? { node: url ?? '' } : { cloud: { id: cloudId } }),
    ...(auth === undefined ? {} : { auth }),
    ...(ca === undefined ? {} : { tls: { ca } }),
    requestTimeout: timeoutMs,
    // Whoever wants the lines asks again.
    maxRetries: 0,
  };
}

/** One line: never the body, which may quote what was sent. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.ProductNotSupportedError) return 'what answers there is not Elasticsearch';
  if (error instanceof errors.ResponseError) {
    const { statusCode } = error;
    if (statusCode === 401 || statusCode === 403)
      return `not allowed (HTTP ${statusCode}): are the API key or the login right, with the privilege "read"?`;
    const type = (error.body as { error?: { type?: unknown } } | undefined)?.error?.type;
    return `HTTP ${statusCode}${typeof type === 'string' && /^[a-z_]{1,60}$/.test(type) ? ` ${type}` : ''}`;
  }
  if (error instanceof errors.TimeoutError || error instanceof errors.RequestAbortedError)
    return 'no answer in time';
  return 'no connection';
}
