import { fitHarmonics } from './fit-harmonics.ts';
import { fitSlots } from './fit-slots.ts';
import { type Hour, type HourSums, WINDOWS_AN_HOUR } from './hour-sums.ts';
import { basisAt, HARMONICS, type Season } from './season.ts';
import { MAD_TO_SIGMA, quantile } from './robust.ts';

/** The stretch that was learned from, in window numbers, both inside it. */
export interface LearnedSpan {
  readonly first: number;
  readonly last: number;
}

const HOURS_A_DAY = 24;
const DAYS_A_WEEK = 7;
/** A stretch that lacks no more than this is whole: the first and the last request of a day are not at midnight. */
const SLACK_WINDOWS = WINDOWS_AN_HOUR / 6;
/** Of 24; a day that lacks more says little of a day. */
const LEAST_HOURS = 20;
/** One day alone cannot tell a rhythm from a wander. */
const LEAST_DAYS = 2;
/** Fewer traces are no hour. */
const LEAST_TRACES = 10;
/** An hour further off than so many standard deviations of the hours (by MAD) is pulled in; the top of a sine lies 1 off. */
const FARTHEST = 3;
/** As `leastBetween`: hours are not alike to less than 3%. */
const LEAST_VARIANCE = 0.03 ** 2;
/** A season that moves nothing by more than this is none: a third of the least spread between windows. */
const LEAST_SEASON = 0.01;

/** Whole days in a stretch. */
export function wholeDays({ first, last }: LearnedSpan): number {
  return Math.floor((last - first + 1 + SLACK_WINDOWS) / (HOURS_A_DAY * WINDOWS_AN_HOUR));
}

/**
 * The season of a latency component (docs/detection.md, section 3): two daily harmonics from two whole days on, the slots of the week
 * from two whole weeks on, both shrunk to what repeats. Undefined with less, or when nothing does.
 */
export function fitSeason(sums: HourSums, span: LearnedSpan): Season | undefined {
  const days = daysOf(sums, span);
  if (days.length < LEAST_DAYS) return undefined;
  for (const day of days) fromUsual(day, (hour) => hour.mean);
  pullIn(days.flat());
  const harmonics = fitHarmonics(days);
  const weeks = weeksOf(days, span);
  for (const week of weeks) fromUsual(week, left(harmonics));
  const slots = fitSlots(weeks);
  return size(harmonics) + size(slots) < LEAST_SEASON
    ? undefined
    : { harmonics: short(harmonics), slots: short(slots) };
}

/** The hours of each whole day, newest day first; days are counted back from the last hour, and those with gaps are left out. */
function daysOf({ hours }: HourSums, span: LearnedSpan): Hour[][] {
  const lastHour = Math.floor(span.last / WINDOWS_AN_HOUR);
  const within = withinOf([...hours.values()]);
  const days: Hour[][] = [];
  for (let d = 0; d < wholeDays(span); d++) {
    const day: Hour[] = [];
    for (let h = HOURS_A_DAY - 1; h >= 0; h--) {
      const hour = lastHour - d * HOURS_A_DAY - h;
      const sum = hours.get(hour);
      if (sum === undefined || sum.count < LEAST_TRACES) continue;
      day.push({ hour, mean: sum.sum / sum.count, off: 0, variance: LEAST_VARIANCE + within / sum.count });
    }
    if (day.length >= LEAST_HOURS) days.push(day);
  }
  return days;
}

/** The hours of each whole week, counted back from the last hour. */
function weeksOf(days: readonly Hour[][], span: LearnedSpan): Hour[][] {
  const lastHour = Math.floor(span.last / WINDOWS_AN_HOUR);
  const weeks = Array.from({ length: Math.floor(wholeDays(span) / DAYS_A_WEEK) }, (): Hour[] => []);
  for (const hour of days.flat()) {
    const week = weeks.at(Math.floor((lastHour - hour.hour) / (DAYS_A_WEEK * HOURS_A_DAY)));
    week?.push(hour);
  }
  return weeks.filter(({ length }) => length > 0);
}

/** What the harmonics leave of an hour's mean. */
function left(harmonics: Float64Array): (hour: Hour) => number {
  const basis = new Float64Array(HARMONICS);
  return ({ hour, mean }) => {
    basisAt(hour + 0.5, basis);
    return mean - harmonics.reduce((sum, by, i) => sum + by * basis[i], 0);
  };
}

function fromUsual(hours: readonly Hour[], value: (hour: Hour) => number): void {
  const usual = quantile(hours.map(value), 0.5);
  for (const each of hours) each.off = value(each) - usual;
}

/** Variance from trace to trace, pooled over hours. */
function withinOf(hours: readonly { count: number; sum: number; sumOfSquares: number }[]): number {
  let squares = 0;
  let freedom = 0;
  for (const { count, sum, sumOfSquares } of hours) {
    if (count < 2) continue;
    squares += Math.max(0, sumOfSquares - sum ** 2 / count);
    freedom += count - 1;
  }
  return freedom === 0 ? 0 : squares / freedom;
}

/** Winsorised: an hour of a fault does not make a rhythm. */
function pullIn(hours: Hour[]): void {
  const most =
    FARTHEST *
    MAD_TO_SIGMA *
    quantile(
      hours.map(({ off }) => Math.abs(off)),
      0.5,
    );
  for (const each of hours) each.off = Math.max(-most, Math.min(most, each.off));
}

function size(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Far below any spread, and what a file holds: a season is the same before and after it was written. */
function short(values: Float64Array): Float64Array {
  return values.map((value) => Number(value.toFixed(5)));
}
