import { cronMatcher } from '../runtime/index.ts';

const MINUTE_MS = 60_000;

export interface TimeWindowConfig {
  readonly name: string;
  /** Five fields, read in `timezone`: when it begins. */
  readonly cron: string;
  readonly durationMs: number;
  /** An IANA name. */
  readonly timezone: string;
}

export interface TimeWindow {
  readonly name: string;
  /** When the window that `nowMs` is in ends; undefined outside. */
  until(nowMs: number): number | undefined;
}

/**
 * A planned time: begins in each minute that the cron expression matches in its time zone, and lasts `durationMs`;
 * beginnings within it prolong it. A function of `nowMs` alone; what was searched is remembered. Throws a `RangeError`
 * for an expression or a time zone that is none.
 */
export function createTimeWindow({ name, cron, durationMs, timezone }: TimeWindowConfig): TimeWindow {
  const begins = cronMatcher(cron, timezone);
  let searched: { readonly from: number; readonly to: number; readonly last: number | undefined } | undefined;
  /** The latest beginning in the minutes [from, to]. */
  const latest = (from: number, to: number): number | undefined => {
    for (let minute = to; minute >= from; minute--) if (begins(minute * MINUTE_MS)) return minute;
    return undefined;
  };
  return {
    name,
    until: (nowMs) => {
      const now = Math.floor(nowMs / MINUTE_MS);
      const oldest = Math.floor((nowMs - durationMs) / MINUTE_MS);
      // Time that only moved on is searched from where the last search ended.
      const goesOn = searched !== undefined && now >= searched.to && oldest >= searched.from;
      const from = goesOn && searched !== undefined ? Math.max(oldest, searched.to + 1) : oldest;
      const last = latest(from, now) ?? (goesOn ? searched?.last : undefined);
      searched = { from: oldest, to: now, last };
      if (last === undefined) return undefined;
      const end = last * MINUTE_MS + durationMs;
      return nowMs < end ? end : undefined;
    },
  };
}
