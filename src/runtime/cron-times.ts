import { createTask, validate } from 'node-cron';

const MINUTE_MS = 60_000;
/** Clocks are set back by an hour, two at the most, and stay so for months: so long after, the time before tells by how much. */
const LOOK_BACK_MS = 3 * 60 * MINUTE_MS;
/** All zones change on a quarter of an hour of UTC: one look up for each. */
const SLOT_MS = 15 * MINUTE_MS;
/** A week of slots; more are searched for at no time. */
const MOST_SLOTS = 1000;
/** Samoa left out a day in 2011; no zone leaves out more. */
const MOST_LEFT_OUT = 24 * 60;

/** Whether node-cron knows the expression. */
export function isCronExpression(expression: string): boolean {
  return validate(expression);
}

/** Whether the platform knows the time zone. */
export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether the minute that begins at `ms` (epoch) matches, as cron(8) of Vixie has it: with both a day of the month and a
 * weekday, either will do; a time of day that the clock skips is at the next minute that there is, one that comes twice
 * is the first. Expressions of each minute or hour (`*`) go by the clock as it stands. Throws a `RangeError` for an
 * expression or a time zone that is none.
 */
export function cronMatcher(expression: string, timezone: string): (ms: number) => boolean {
  if (!isCronExpression(expression))
    throw new RangeError(`not a cron expression: ${JSON.stringify(expression)}`);
  if (!isTimezone(timezone)) throw new RangeError(`not a time zone: ${JSON.stringify(timezone)}`);
  const matches = localMatcher(expression);
  const offset = offsetsOf(timezone);
  const [minute = '', hour = ''] = expression.trim().split(/\s+/);
  const goesByClock = minute.startsWith('*') || hour.startsWith('*');
  return (ms) => {
    const at = Math.floor(ms / MINUTE_MS) * MINUTE_MS;
    const now = offset(at);
    if (goesByClock) return matches(at + now);
    const before = offset(at - MINUTE_MS);
    for (
      let local = at + before;
      local < at + Math.min(now, before + MOST_LEFT_OUT * MINUTE_MS);
      local += MINUTE_MS
    )
      if (matches(local)) return true;
    const earlier = offset(at - LOOK_BACK_MS);
    const isSecond = earlier > now && offset(at - (earlier - now)) === earlier;
    return !isSecond && matches(at + now);
  };
}

/** By the time on the wall, as if it were UTC's. */
function localMatcher(expression: string): (localMs: number) => boolean {
  const tasks = eitherDay(expression.trim().split(/\s+/)).map((each) =>
    createTask(each, () => undefined, { timezone: 'UTC' }),
  );
  return (localMs) => tasks.some((task) => task.match(new Date(localMs)));
}

/** node-cron asks for both days. */
function eitherDay(fields: readonly string[]): readonly string[] {
  const [minute, hour, day = '*', month, weekday = '*', ...more] = fields;
  if (more.length > 0 || day.startsWith('*') || weekday.startsWith('*')) return [fields.join(' ')];
  return [`${minute} ${hour} ${day} ${month} *`, `${minute} ${hour} * ${month} ${weekday}`];
}

/** What the wall's time is ahead of UTC, in milliseconds. */
function offsetsOf(timezone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: timezone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric' },
  });
  const known = new Map<number, number>();
  return (ms) => {
    const slot = Math.floor(ms / SLOT_MS);
    const found = known.get(slot);
    if (found !== undefined) return found;
    const at = slot * SLOT_MS;
    const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const offset = Date.UTC(part['year'], part['month'] - 1, part['day'], part['hour'], part['minute']) - at;
    if (known.size >= MOST_SLOTS) known.clear();
    known.set(slot, offset);
    return offset;
  };
}
