import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Agent, request } from 'undici';
import type { SpanBatch } from '../domain/span-batch.ts';
import { encodeOtlpJson } from './otlp-json.ts';
import { encodeOtlpProto } from './otlp-proto.ts';
import { rejectedSpansOf } from './otlp-response.ts';

export interface OtlpSenderOptions {
  /** Of the receiver, with or without its path: `http://127.0.0.1:4318` posts to `/v1/traces`. */
  readonly url: string;
  readonly encoding: 'protobuf' | 'json';
  readonly gzip: boolean;
  /** Larger batches are split; 2,000 when absent. */
  readonly maxSpansPerRequest?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `sentSpans` of the batch were taken; after `retry` and `permanent` the rest was not sent. */
export type SendOutcome =
  | { readonly kind: 'sent'; readonly sentSpans: number; readonly rejectedSpans: number }
  | { readonly kind: 'retry'; readonly sentSpans: number; readonly afterMs: number; readonly reason: string }
  | { readonly kind: 'permanent'; readonly sentSpans: number; readonly reason: string };

export interface OtlpSender {
  /**
   * Sends spans [fromSpan, length) of the batch, one request after the other, and resolves when the receiver has
   * answered. A network error is `retry`: call again with `fromSpan` moved on by `sentSpans`. Never rejects.
   */
  send(batch: SpanBatch, fromSpan?: number): Promise<SendOutcome>;
  close(): Promise<void>;
}

const gzipped = promisify(gzip);

/** Under half a megabyte a request at some 200 bytes a span. */
const MAX_SPANS_PER_REQUEST = 2000;
/** A receiver on the same machine answers in milliseconds; one that does not in ten seconds is not there. */
const TIMEOUT_MS = 10_000;
/** When the receiver does not say (Retry-After). */
const DEFAULT_RETRY_MS = 1000;
/** OTLP specification, "Retryable Response Codes". */
const RETRYABLE_STATUS = [429, 502, 503, 504];

/** Posts batches to an OTLP/HTTP receiver (OTLP specification 1.x, "OTLP/HTTP"). */
export function createOtlpSender(options: OtlpSenderOptions): OtlpSender {
  const agent = new Agent({ connections: 1, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  const maxSpans = options.maxSpansPerRequest ?? MAX_SPANS_PER_REQUEST;
  const url = tracesUrl(options.url);
  return {
    send: async (batch, fromSpan = 0) => {
      let rejectedSpans = 0;
      for (let from = fromSpan; from < batch.length; from += maxSpans) {
        const range = { from, to: Math.min(batch.length, from + maxSpans) };
        const answer = await post(agent, url, options, { batch, range });
        if (answer.kind !== 'ok') return { ...answer, sentSpans: from - fromSpan };
        rejectedSpans += answer.rejectedSpans;
      }
      return { kind: 'sent', sentSpans: Math.max(0, batch.length - fromSpan), rejectedSpans };
    },
    close: () => agent.close(),
  };
}

type Answer =
  | { readonly kind: 'ok'; readonly rejectedSpans: number }
  | { readonly kind: 'retry'; readonly afterMs: number; readonly reason: string }
  | { readonly kind: 'permanent'; readonly reason: string };

async function post(
  agent: Agent,
  url: string,
  options: OtlpSenderOptions,
  { batch, range }: { batch: SpanBatch; range: { from: number; to: number } },
): Promise<Answer> {
  const json = options.encoding === 'json';
  const plain = json ? Buffer.from(encodeOtlpJson(batch, range)) : encodeOtlpProto(batch, range);
  try {
    const response = await request(url, {
      method: 'POST',
      dispatcher: agent,
      headers: {
        ...options.headers,
        'content-type': json ? 'application/json' : 'application/x-protobuf',
        ...(options.gzip ? { 'content-encoding': 'gzip' } : {}),
      },
      body: options.gzip ? await gzipped(plain) : plain,
    });
    const body = new Uint8Array(await response.body.arrayBuffer());
    const { statusCode } = response;
    if (statusCode === 200) return { kind: 'ok', rejectedSpans: rejectedSpansOf(body, options.encoding) };
    const reason = `HTTP ${statusCode}`;
    if (!RETRYABLE_STATUS.includes(statusCode)) return { kind: 'permanent', reason };
    const seconds = Number(response.headers['retry-after']);
    return { kind: 'retry', afterMs: seconds > 0 ? seconds * 1000 : DEFAULT_RETRY_MS, reason };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'network error';
    return { kind: 'retry', afterMs: DEFAULT_RETRY_MS, reason };
  }
}

function tracesUrl(text: string): string {
  const url = new URL(text);
  if (url.pathname === '/') url.pathname = '/v1/traces';
  return url.href;
}
