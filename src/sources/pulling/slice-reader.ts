import type { SpanBatch } from '../../domain/span-batch.ts';

/** A stretch of time, epoch milliseconds: [fromMs, toMs). */
export interface Slice {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface ReadSlice {
  readonly signal: AbortSignal;
  /** The slice cannot become smaller: what does not fit is left out, and `cut` says so. */
  readonly mayCut: boolean;
}

export type SliceOutcome =
  | { readonly kind: 'ok'; readonly rejected: number; readonly cut: boolean }
  /** More than is read at once: the same again in halves. */
  | { readonly kind: 'too-much' }
  /** Asked again after a while. `reason` is one line without secrets. */
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * A store of spans that is asked by time. `read` appends the spans that started in the slice (and may append others of
 * their traces), in any order, each at most once or so; it never rejects. What it appended is dropped unless it is `ok`.
 */
export interface SliceReader {
  read(slice: Slice, into: SpanBatch, options: ReadSlice): Promise<SliceOutcome>;
  /** What the store is and has, in one line; or what is wrong with it. */
  describe(): Promise<{ readonly found: string; readonly problem?: string }>;
  close(): Promise<void>;
}
