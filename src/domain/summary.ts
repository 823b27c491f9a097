/**
 * Mergeable statistics of one component in one 10 s window. For latency the value is y = ln(us + LOG_OFFSET_US), for
 * ratios 0 or 1, for calls the count of children a parent. `top*` is the part of the ONE trace that contributes the
 * largest excess, so that evidence can be taken without it and stay mergeable.
 */
export interface SummaryEntry {
  /** Component id of the process's ComponentTable; a key of the grammar where summaries leave the process. */
  readonly component: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  readonly topCount: number;
  readonly topSum: number;
  readonly topSumOfSquares: number;
}

/** Microseconds added before the logarithm: differences below it are nobody's concern, and it tames clock jitter. */
export const LOG_OFFSET_US = 100;

export const WINDOW_MS = 10_000;
