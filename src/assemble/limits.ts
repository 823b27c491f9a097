/** All waits are event time. What they cost in time to detect is in docs/detection.md ("Waits"). */
export interface AssembleLimits {
  /** A trace whose root is there closes after this long without a span. */
  readonly quietMs: number;
  /** A trace whose root has not come waits this long: a slow parent ends last. */
  readonly incompleteMs: number;
  /** A trace is closed at this age, whatever still comes. */
  readonly maxAgeMs: number;
  readonly maxSpansPerTrace: number;
  readonly maxOpenTraces: number;
  readonly maxOpenSpans: number;
}

/**
 * 5 s quiet: batching exporters send every 5 s (OTel SDK default schedule delay), and in a real capture the gap between
 * two span ends of one trace seldom reached it. 30 s incomplete: beyond the usual HTTP client time-out of 30 s a
 * parent is more likely lost than slow. 2,000,000 open spans cost about 200 MB.
 */
export const DEFAULT_ASSEMBLE_LIMITS: AssembleLimits = {
  quietMs: 5_000,
  incompleteMs: 30_000,
  maxAgeMs: 300_000,
  maxSpansPerTrace: 20_000,
  maxOpenTraces: 500_000,
  maxOpenSpans: 2_000_000,
};
