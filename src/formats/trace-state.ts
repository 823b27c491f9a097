/** Thresholds are fractions of 2^56. */
const HALF = 2 ** 28;
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
  // In halves, since 56 bits are more than a double holds.
  const digits = match[1].padEnd(14, '0');
  const high = Number.parseInt(digits.slice(0, 7), 16);
  const low = Number.parseInt(digits.slice(7), 16);
  const kept = (HALF - high) * HALF - low;
  return Math.min(MAX_WEIGHT, (HALF * HALF) / kept);
}
