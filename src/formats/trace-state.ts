/** 2^56: thresholds are fractions of it. */
const RANGE = 2 ** 56;
/** Rarer sampling than one in a million is not believed: one hostile header must not outweigh all traffic. */
const MAX_WEIGHT = 1e6;
/** W3C Trace Context asks for at least 512 characters to be passed on; nobody sends more. */
export const MAX_TRACE_STATE_BYTES = 512;

/**
 * How many spans this one stands for, by OpenTelemetry's consistent probability sampling: `ot=th:T` in the tracestate
 * means that a share of (2^56 - T) / 2^56 is kept, T being up to 14 hex digits with trailing zeros left off. 1 when
 * there is none, or it is not well formed.
 */
export function samplingWeight(traceState: string): number {
  if (traceState.length > MAX_TRACE_STATE_BYTES) return 1;
  const match = /(?:^|,)\s*ot=(?:[^,]*;)?th:([0-9a-f]{1,14})\s*(?:[;,]|$)/.exec(traceState);
  if (match === null) return 1;
  const threshold = Number.parseInt(match[1].padEnd(14, '0'), 16);
  if (threshold >= RANGE) return 1;
  return Math.min(MAX_WEIGHT, RANGE / (RANGE - threshold));
}
