import { request } from 'undici';
import type { Clock } from '../runtime/index.ts';
import type { DeliveryOutcome, HttpLimits } from './port.ts';

export interface HttpPost {
  /** Default POST. */
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent where the method has none. */
  readonly body?: string;
  /** Read of the answer at most; default 16 KiB. */
  readonly maxAnswerBytes?: number;
  readonly signal: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The beginning of the body; what follows is thrown away. */
  readonly text: string;
}

export interface HttpFailure {
  readonly kind: 'failed';
  readonly reason: string;
}

/** The Standard Webhooks specification asks receivers to be given 15 to 30 s; chat services answer within one. */
const DEFAULT_TIMEOUT_MS = 15_000;
/** Answers are a word or a small JSON; more is a proxy's page. */
const MAX_ANSWER_BYTES = 16_384;

/**
 * One POST: no redirects, an upper limit on the whole attempt, nothing of the URL or the body in a reason. The limit is
 * wall time, as sockets are.
 */
export async function post(
  { method = 'POST', url, headers, body, signal, maxAnswerBytes = MAX_ANSWER_BYTES }: HttpPost,
  limits: HttpLimits,
): Promise<HttpAnswer | HttpFailure> {
  const timeout = AbortSignal.timeout(limits.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  try {
    const response = await request(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    const text = await beginningOf(response.body, maxAnswerBytes);
    const retryAfter = response.headers['retry-after'];
    return {
      kind: 'answer',
      status: response.statusCode,
      retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
      text,
    };
  } catch (error) {
    if (timeout.aborted) return { kind: 'failed', reason: 'no answer in time' };
    if (signal?.aborted === true) return { kind: 'failed', reason: 'given up: shutting down' };
    return { kind: 'failed', reason: `no connection (${codeOf(error)})` };
  }
}

/**
 * The outcome by HTTP's own rules; undefined for 2xx, where the body decides. 408, 425, 429 and 5xx are worth another
 * try; a redirect is not followed, since it would carry a signed message to a place that nobody configured.
 */
export function outcomeByStatus(answer: HttpAnswer, clock: Clock): DeliveryOutcome | undefined {
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  const reason = `HTTP ${status}`;
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const afterMs = retryAfterMs(answer.retryAfter, clock.now());
    return afterMs === undefined ? { kind: 'retry', reason } : { kind: 'retry', afterMs, reason };
  }
  return {
    kind: 'permanent',
    reason: status >= 300 && status < 400 ? `${reason}: redirect refused` : reason,
  };
}

/** A receiver that asks for more than an hour is asked again after one: its clock may be wrong. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

/** RFC 9110, section 10.2.3: seconds or an HTTP date. Undefined when it is neither. */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\s*\d{1,9}\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), MAX_RETRY_AFTER_MS);
}

/**
 * Throws when a channel's URL cannot be used; the URL itself is a secret and is not in the message.
 */
export function checkUrl(channel: string, url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) throw new TypeError(`channel ${channel}: its url is not a URL`);
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
    throw new TypeError(`channel ${channel}: its url must be http or https`);
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new TypeError(`channel ${channel}: its url must not hold a user or password`);
  }
  return parsed.href;
}

async function beginningOf(
  body: AsyncIterable<Buffer> & { destroy(): unknown },
  maxBytes: number,
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= maxBytes) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, Math.min(bytes, maxBytes));
}

/** Codes such as ECONNREFUSED are the platform's words; anything else could quote a URL. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? code : 'unknown reason';
}
