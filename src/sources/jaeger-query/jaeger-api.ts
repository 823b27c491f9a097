import type { SpanBatch } from '../../domain/span-batch.ts';
import { type JsonValue, parseJson } from '../../runtime/index.ts';
import type { SourceFormats } from '../port.ts';
import type { Slice } from '../pulling/index.ts';
import { type GetOutcome, HttpGet } from './http-get.ts';
import type { JaegerQueryConfig } from './jaeger-config.ts';

/** Jaeger did not answer as it should: asked again later. */
export class JaegerQueryError extends Error {
  override readonly name = 'JaegerQueryError';
  readonly code = 'jaeger_query';
  readonly retryable = true;
}

export type Dialect = 'v3' | 'legacy';
/** `rejected` spans were unusable. */
export type TracesOutcome =
  { readonly kind: 'ok'; readonly rejected: number } | { readonly kind: 'too-much' };

/**
 * Jaeger's query service by HTTP: `/api/v3` where it is (1.36 and later), the legacy API where it is not; later Jaegers
 * have no other than v3 (jaegertracing/jaeger pull request 9260). Parameters go in snake_case, which all versions of v3
 * read; `num_traces`, because 2.13 fails without. Both dialects of v3's answers are read by the OTLP JSON format: old ones
 * are `instrumentationLibrarySpans` with base64 ids, one object a line and trace; newer ones one object for all traces.
 */
export class JaegerApi {
  readonly #http: HttpGet;
  readonly #limit: number;
  #dialect: Dialect | undefined;

  constructor(config: JaegerQueryConfig) {
    this.#http = new HttpGet(config);
    this.#limit = config.limit;
  }

  get dialect(): Dialect | undefined {
    return this.#dialect;
  }

  /** All service names. Throws a `JaegerQueryError`. */
  async services(signal?: AbortSignal): Promise<readonly string[]> {
    const v3 = await this.#http.get('api/v3/services', {}, signal);
    const names = listOf(v3, 'services');
    // An unknown path gives the page of the UI with 200: only the content tells.
    if (names !== undefined) {
      this.#dialect = 'v3';
      return names;
    }
    // What spoke v3 and is troubled now still speaks it. When nothing is known it may be the gateway of 1.42, which answers
    // 503 for its first second while the legacy API is up already.
    if (this.#dialect === 'v3' && isTrouble(v3)) throw new JaegerQueryError(whyNot(v3));
    const legacy = await this.#http.get('api/services', {}, signal);
    const old = listOf(legacy, 'data');
    if (old === undefined) throw new JaegerQueryError(whyNot(legacy));
    this.#dialect = 'legacy';
    return old;
  }

  /** Appends the traces of a service with a span of it that started in the slice, up to the limit. Throws a `JaegerQueryError`. */
  async traces(
    service: string,
    slice: Slice,
    { formats, into, signal }: { formats: SourceFormats; into: SpanBatch; signal: AbortSignal },
  ): Promise<TracesOutcome> {
    const answer =
      this.#dialect === 'legacy'
        ? await this.#http.get('api/traces', legacyQuery(service, slice, this.#limit), signal)
        : await this.#http.get('api/v3/traces', v3Query(service, slice, this.#limit), signal);
    if (answer.kind === 'too-large') return { kind: 'too-much' };
    if (answer.kind === 'failed') throw new JaegerQueryError(answer.reason);
    // No match is a 404 in v3.
    if (answer.status === 404 && /no traces found/i.test(textOf(answer.bytes, 1000)))
      return { kind: 'ok', rejected: 0 };
    if (answer.status !== 200) throw new JaegerQueryError(whyNot(answer));
    const before = into.length;
    const format = formats.byName[this.#dialect === 'legacy' ? 'jaeger-json' : 'otlp-json'];
    let rejected = 0;
    for (const message of messagesOf(answer.bytes)) {
      const outcome = format.decode(message, into);
      rejected += outcome.rejected;
      if (!outcome.fatal) continue;
      into.truncate(before);
      // The formats bound what one message may make of the heap.
      if (answer.bytes.length > LARGE_BYTES) return { kind: 'too-much' };
      throw new JaegerQueryError(`an answer that is no traces: ${outcome.error?.message ?? ''}`);
    }
    return { kind: 'ok', rejected };
  }

  /** As the page of the UI says it (jaegertracing/jaeger cmd/query/app/static_handler.go); undefined when it does not. */
  async version(): Promise<string | undefined> {
    const page = await this.#http.get('', {});
    if (page.kind !== 'answer' || page.status !== 200) return undefined;
    return /"gitVersion":\s*"(v?[\w.+-]{1,40})"/.exec(textOf(page.bytes))?.[1];
  }

  close(): Promise<void> {
    return this.#http.close();
  }
}

function v3Query(service: string, { fromMs, toMs }: Slice, limit: number): Record<string, string> {
  return {
    'query.service_name': service,
    'query.start_time_min': new Date(fromMs).toISOString(),
    'query.start_time_max': new Date(toMs).toISOString(),
    'query.num_traces': String(limit),
  };
}

/** Microseconds. */
function legacyQuery(service: string, { fromMs, toMs }: Slice, limit: number): Record<string, string> {
  return { service, start: String(fromMs * 1000), end: String(toMs * 1000), limit: String(limit) };
}

/** Whatever is wrong with a larger answer may be its size. */
const LARGE_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

/** The objects of an answer: one, or one a line (a gRPC gateway's stream). */
function messagesOf(bytes: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, at);
    // An object over several lines is one: the next line of a stream starts with a brace at its first place.
    let stop = end < 0 ? bytes.length : end;
    while (stop < bytes.length && bytes[stop + 1] !== 0x7b && stop + 1 < bytes.length) {
      const next = bytes.indexOf(NEWLINE, stop + 1);
      stop = next < 0 ? bytes.length : next;
    }
    const message = bytes.subarray(at, stop);
    if (message.some((byte) => byte > 0x20)) messages.push(message);
    at = stop + 1;
  }
  return messages;
}

/** The strings under `key`, sorted; an empty list when it is null, as Go writes it. */
function listOf(answer: GetOutcome, key: string): readonly string[] | undefined {
  if (answer.kind === 'failed') throw new JaegerQueryError(answer.reason);
  if (answer.kind !== 'answer' || answer.status !== 200) return undefined;
  const parsed = parseJson(textOf(answer.bytes));
  if (
    !parsed.ok ||
    !isObject(parsed.value) ||
    (!(key in parsed.value) && Object.keys(parsed.value).length > 0)
  )
    return undefined;
  const list = parsed.value[key] ?? [];
  return Array.isArray(list)
    ? list.filter((name): name is string => typeof name === 'string').sort()
    : undefined;
}

function isObject(value: JsonValue): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Neither yes nor no: overloaded, starting, too much asked of it. */
function isTrouble(answer: GetOutcome): boolean {
  return answer.kind === 'answer' && (answer.status >= 500 || answer.status === 429);
}

function whyNot(answer: GetOutcome): string {
  if (answer.kind === 'failed') return answer.reason;
  if (answer.kind === 'too-large') return 'an answer that is too large';
  if (answer.status === 401 || answer.status === 403)
    return `not allowed (HTTP ${answer.status}): is the token right?`;
  if (answer.status >= 300 && answer.status < 400)
    return `HTTP ${answer.status}: it sends us elsewhere (is a login page before it?)`;
  if (answer.status !== 200) return `HTTP ${answer.status}`;
  return 'what answers there is no Jaeger query service (is its base path missing?)';
}

function textOf(bytes: Uint8Array, most = bytes.length): string {
  return Buffer.from(bytes.subarray(0, most)).toString('utf8');
}
