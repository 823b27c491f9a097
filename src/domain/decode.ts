import type { SpanBatch } from './span-batch.ts';

/** Where and why bytes could not be read. */
export interface DecodeError {
  /** Byte offset for binary formats, a JSON path such as `resourceSpans[0].scopeSpans[1].spans[3].traceId` otherwise. */
  readonly at: string;
  readonly message: string;
}

/**
 * `spans` were appended to the batch. `rejected` spans were readable as spans but unusable (an id of zeros, an end
 * before the start by hours, ...); `error` is the first reason. With `fatal` the bytes as a whole are no message of
 * this format: nothing was appended.
 */
export interface DecodeOutcome {
  readonly spans: number;
  readonly rejected: number;
  readonly fatal: boolean;
  readonly error?: DecodeError;
}

/** Bytes of one message to spans. Never throws, whatever the bytes; never reads beyond them. */
export interface SpanFormat {
  readonly name: string;
  decode(bytes: Uint8Array, into: SpanBatch): DecodeOutcome;
}
