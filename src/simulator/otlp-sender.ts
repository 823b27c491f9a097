import type { SpanBatch } from '../domain/span-batch.ts';

export interface OtlpSenderOptions {
  /** Of the receiver, with or without its path: `http://127.0.0.1:4318` posts to `/v1/traces`. */
  readonly url: string;
  readonly encoding: 'protobuf' | 'json';
  readonly gzip: boolean;
  /** Larger batches are split; 2,000 when absent. */
  readonly maxSpansPerRequest?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export type SendOutcome =
  | { readonly kind: 'sent'; readonly rejectedSpans: number }
  | { readonly kind: 'retry'; readonly afterMs: number; readonly reason: string }
  | { readonly kind: 'permanent'; readonly reason: string };

export interface OtlpSender {
  /** Resolves when the receiver has answered for every span of the batch; a network error is `retry`. */
  send(batch: SpanBatch): Promise<SendOutcome>;
  close(): Promise<void>;
}

export function createOtlpSender(_options: OtlpSenderOptions): OtlpSender {
  throw new Error('not there yet');
}
