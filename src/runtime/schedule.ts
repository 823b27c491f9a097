import { createTask } from 'node-cron';
import type { Clock } from './clock.ts';
import { cronMatcher } from './cron-times.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
const A_MONDAY_MS = Date.UTC(2024, 0, 1);

/**
 * Calls back in every minute that the cron expression matches, by `clock`: so that schedules run on event time and in
 * tests as they do on the wall. Matching is `cronMatcher`'s. A clock that jumps over minutes runs what it jumped over at
 * most once. Throws a `RangeError` for an expression that is none. The returned function stops it.
 */
export function scheduleCron(
  clock: Clock,
  { expression, timezone = 'UTC' }: { expression: string; timezone?: string },
  callback: () => void,
): () => void {
  const matches = cronMatcher(expression, timezone);
  let lastMinute = Math.floor(clock.now() / MINUTE_MS);
  let cancel = (): void => undefined;
  const tick = (): void => {
    const minute = Math.floor(clock.now() / MINUTE_MS);
    // A day's worth of minutes is all that a jump is searched for.
    const from = Math.max(lastMinute + 1, minute - 1440);
    lastMinute = minute;
    for (let m = from; m <= minute; m++) {
      if (!matches(m * MINUTE_MS)) continue;
      callback();
      break;
    }
    arm();
  };
  const arm = (): void => {
    cancel = clock.after(MINUTE_MS - (clock.now() % MINUTE_MS), tick);
  };
  arm();
  return () => cancel();
}

/** The longest time between two matches within a day, milliseconds; a day when it matches once or never. */
export function longestGapMs(expression: string): number {
  const task = createTask(expression, () => undefined, { timezone: 'UTC' });
  let longest = 0;
  let last = -1;
  // Two days, so that the gap over midnight is one of them. 2024-01-01 was a Monday.
  for (let m = 0; m < 2 * DAY_MINUTES; m++) {
    if (!task.match(new Date(A_MONDAY_MS + m * MINUTE_MS))) continue;
    if (last >= 0) longest = Math.max(longest, m - last);
    last = m;
  }
  return (longest === 0 ? DAY_MINUTES : longest) * MINUTE_MS;
}
