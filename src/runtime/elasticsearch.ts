import { Client, type ClientOptions, errors } from '@elastic/elasticsearch';

/** Where an Elasticsearch is, and what lets us in. */
export interface ElasticsearchAccess {
  /** One of the two. */
  readonly url?: string;
  readonly cloudId?: string;
  /** One of the two, or none. */
  readonly apiKey?: string;
  readonly login?: { readonly username: string; readonly password: string };
  /** Certificate authority in PEM. */
  readonly ca?: string;
  readonly timeoutMs: number;
}

/** A client that never tries again by itself: whoever asks does, and says so. */
export function elasticsearchClient(access: ElasticsearchAccess): Client {
  const { url, cloudId, apiKey, login, ca, timeoutMs } = access;
  const auth = apiKey === undefined ? login : { apiKey };
  const options: ClientOptions = {
    ...(cloudId === undefined ? { node: url ?? '' } : { cloud: { id: cloudId } }),
    ...(auth === undefined ? {} : { auth }),
    ...(ca === undefined ? {} : { tls: { ca } }),
    requestTimeout: timeoutMs,
    maxRetries: 0,
  };
  return new Client(options);
}

/** One line about what went wrong: never the body, which may quote what was sent. `needs`: the privileges that a refusal may lack. */
export function elasticsearchReason(error: unknown, needs: string): string {
  if (error instanceof errors.ProductNotSupportedError) return 'what answers there is not Elasticsearch';
  if (error instanceof errors.ResponseError) {
    const { statusCode } = error;
    const type = errorType(error);
    if (type === 'cluster_block_exception')
      return `HTTP ${statusCode}: its indices are read-only (is its disk full? see cluster.routing.allocation.disk.watermark.flood_stage)`;
    if (statusCode === 401 || statusCode === 403)
      return `not allowed (HTTP ${statusCode}): are the API key or the login right, with ${needs}?`;
    if (statusCode === 429) return 'HTTP 429: it has too much to do';
    return `HTTP ${statusCode}${type === undefined ? '' : ` ${type}`}`;
  }
  if (error instanceof errors.TimeoutError) return 'no answer in time';
  if (error instanceof errors.ConnectionError)
    return /certificate|self-signed|SSL|TLS|altname/i.test(error.message)
      ? `no connection: ${error.message.split('\n', 1)[0]}`
      : 'no connection';
  return error instanceof Error ? error.message.split('\n', 1)[0] : 'unknown';
}

/** The HTTP status that an error of the client carries; undefined when nobody answered. */
export function elasticsearchStatus(error: unknown): number | undefined {
  return error instanceof errors.ResponseError ? error.statusCode : undefined;
}

function errorType(error: errors.ResponseError): string | undefined {
  const type = (error.body as { error?: { type?: unknown } } | undefined)?.error?.type;
  return typeof type === 'string' ? type : undefined;
}
