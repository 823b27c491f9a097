import type { SpanBatch } from './span-batch.ts';

/** Spans that came together from one source. */
export interface Arrival {
  /** The source's name in the configuration, or the file. */
  readonly source: string;
  /** Borrowed for the call. */
  readonly batch: SpanBatch;
}

export type AcceptOutcome =
  { readonly kind: 'ok' } | { readonly kind: 'busy'; readonly retryAfterMs: number };

/** What a source hands its spans to. Synchronous: when it returns, the spans are taken and the batch may be reused. */
export interface SpanSink {
  accept(arrival: Arrival): AcceptOutcome;
}

/**
 * A transport. `start` resolves once spans can come; `shutdown` stops taking new ones and resolves when nothing more
 * will be handed to the sink. `finished` resolves when an input that ends (a file) has ended.
 */
export interface Source {
  readonly name: string;
  start(): Promise<void>;
  shutdown(): Promise<void>;
}
