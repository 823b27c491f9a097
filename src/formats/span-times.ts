/** Times that no live system sends: a clock at its epoch, or one that has run away. */
const MIN_START_US = Date.UTC(2000, 0, 1) * 1000;
const MAX_END_US = Date.UTC(2100, 0, 1) * 1000;
/** What waits longer than a day is a job, not a request; the largest traces kept open are far shorter. */
const MAX_DURATION_US = 24 * 3600 * 1e6;
/** Clocks are stepped by less than this; an end further back means that the span is nonsense. */
const MAX_INVERSION_US = 1e6;

/**
 * Why a span of these times (epoch microseconds, microseconds) cannot be used, or undefined. A slightly negative
 * duration passes: store it with `usableDuration`.
 */
export function timesFault(startUs: number, durationUs: number): string | undefined {
  if (!(startUs > 0)) return 'start time is missing';
  if (startUs < MIN_START_US) return 'start time is before the year 2000';
  if (!(durationUs > -MAX_INVERSION_US)) return 'end is before start';
  if (!(startUs + durationUs < MAX_END_US)) return 'end time is after the year 2100';
  if (!(durationUs <= MAX_DURATION_US)) return 'duration is over 24 hours';
  return undefined;
}

export function usableDuration(durationUs: number): number {
  return durationUs > 0 ? durationUs : 0;
}
