import { Client, type ClientOptions, errors, SniffingTransport } from '@elastic/elasticsearch';
import { connectionReason } from './connection-reason.ts';

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

/** The client takes a redirection for success, though nothing was done: a proxy's login page would swallow what we write. */
class StrictTransport extends SniffingTransport {
  override async request(
    params: Parameters<SniffingTransport['request']>[0],
    options: Parameters<SniffingTransport['request']>[1] = {},
  ): Promise<never> {
    const result = await super.request(params, { ...options, meta: true });
    if (result.statusCode >= 300 && result.statusCode < 400) throw new errors.ResponseError(result);
    return (options.meta === true ? result : result.body) as never;
  }
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
    Transport: StrictTransport,
  };
  return new Client(options);
}

/** One line about what went wrong: never the body, which may quote what was sent. `needs`: the privileges that a refusal may lack. */
export function elasticsearchReason(error: unknown, needs: string): string {
  if (error instanceof errors.ProductNotSupportedError) return 'what answers there is not Elasticsearch';
  if (error instanceof errors.ResponseError) {
    const { statusCode = 0 } = error;
    const type = errorType(error);
    if (type === 'cluster_block_exception')
      return `HTTP ${statusCode}: its indices are read-only (is its disk full? see cluster.routing.allocation.disk.watermark.flood_stage)`;
    if (statusCode === 401 || statusCode === 403)
      return `not allowed (HTTP ${statusCode}): are the API key or the login right, with ${needs}?`;
    if (statusCode >= 300 && statusCode < 400)
      return `HTTP ${statusCode}: it sends us elsewhere (is a login page before it?)`;
    if (statusCode === 429) return 'HTTP 429: it has too much to do';
    // A 7 does not know the 8 that the client asks to be compatible with.
    if (statusCode === 406 || type === 'media_type_header_exception')
      return `HTTP ${statusCode}: is it an Elasticsearch older than 8?`;
    return `HTTP ${statusCode}${type === undefined ? '' : ` ${type}`}`;
  }
  if (error instanceof errors.TimeoutError) return 'no answer in time';
  if (error instanceof errors.ConnectionError) {
    // What else OpenSSL says is worth reading; other messages may name addresses.
    const said = /certificate|SSL|TLS/i.test(error.message) ? error.message.split('\n', 1)[0] : undefined;
    const why = connectionReason(error) ?? said;
    return why === undefined ? 'no connection' : `no connection: ${why}`;
  }
  return error instanceof Error ? error.message.split('\n', 1)[0] : 'unknown';
}

/** The server's version; undefined when the account may not ask for it: that is the cluster privilege `monitor`. */
export async function elasticsearchVersion(client: Client): Promise<string | undefined> {
  try {
    const { version } = await client.info();
    return version.number;
  } catch (error) {
    if (elasticsearchStatus(error) === 403) return undefined;
    throw error;
  }
}

/** The HTTP status that an error of the client carries; undefined when nobody answered. */
export function elasticsearchStatus(error: unknown): number | undefined {
  return error instanceof errors.ResponseError ? error.statusCode : undefined;
}

function errorType(error: errors.ResponseError): string | undefined {
  const type = (error.body as { error?: { type?: unknown } } | undefined)?.error?.type;
  return typeof type === 'string' ? type : undefined;
}
