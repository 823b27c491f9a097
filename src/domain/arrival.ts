import type { SpanBatch } from './span-batch.ts';

/** Spans that came together from one source. */
export interface Arrival {
  /** The source's name in the configuration, or the file. */
  readonly source: string;
  /** Borrowed for the call; the sink may take spans out of it. */
  readonly batch: SpanBatch;
  /**
   * Where a source that pulls goes on after these spans, in the source's own words (offsets, a time): kept together with
   * them, so that after a crash the source resumes exactly after what detection knows. See `SpanSink`.
   */
  readonly cursor?: string;
}

export type AcceptOutcome =
  { readonly kind: 'ok' } | { readonly kind: 'busy'; readonly retryAfterMs: number };

/**
 * What a source hands its spans to. Synchronous: when it returns, the spans are taken and the batch may be reused.
 *
 * Cursors. A source that pulls passes, with each batch, the WHOLE of its position after that batch (all partitions, not
 * only the one that moved; an empty batch may carry one). It is recorded in one piece with the spans: after a kill the
 * service goes on with the cursor of the last batch that is in the state, and that cursor is what the source is given at
 * its start. So it must not commit a position elsewhere as the truth, must go on right after its cursor, and may hand
 * over again what came before it (a span seen twice within a minute or so counts once).
 */
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
