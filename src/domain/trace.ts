import type { Names } from './names.ts';

/** Why a trace was closed. */
export const CLOSE_REASONS = ['quiet', 'incomplete', 'too-old', 'memory', 'flush'] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];

/**
 * The assembled spans of one trace id, parents before children is NOT promised. Columns of `spanCount` spans, borrowed
 * for the call. `parent` holds local indices: -1 for a root (no parent id), -2 for an orphan (its parent was not seen,
 * or lies in a cycle).
 */
export interface Trace {
  readonly names: Names;
  /** Four words. */
  readonly traceId: Int32Array;
  readonly spanCount: number;
  /** Two words a span. */
  readonly spanId: Int32Array;
  readonly parent: Int32Array;
  readonly service: Int32Array;
  readonly operation: Int32Array;
  readonly instance: Int32Array;
  readonly version: Int32Array;
  readonly node: Int32Array;
  readonly peer: Int32Array;
  readonly kind: Uint8Array;
  readonly flags: Uint8Array;
  readonly statusClass: Uint8Array;
  readonly startUs: Float64Array;
  readonly endUs: Float64Array;
  readonly weight: Float32Array;
  /** The latest span end: the trace's event time. */
  readonly latestEndUs: number;
  readonly reason: CloseReason;
  /** Spans dropped because the trace was over its limit. */
  readonly dropped: number;
}

export const ROOT = -1;
export const ORPHAN = -2;
