import { describe, expect, it } from 'vitest';
import { createTimeWindow } from '../../src/policy/index.ts';
import { cronMatcher } from '../../src/runtime/index.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The minutes from `from` for `hours` that match, as ISO without seconds. */
function minutes(cron: string, timezone: string, from: string, hours = 24): string[] {
  const matches = cronMatcher(cron, timezone);
  const start = Date.parse(from);
  return Array.from({ length: hours * 60 }, (_, i) => start + i * MINUTE)
    .filter((ms) => matches(ms))
    .map((ms) => new Date(ms).toISOString().slice(0, 16));
}

describe('a time by cron', () => {
  it.each([
    [
      'skipped is at the next minute that there is',
      '0 2 * * 0',
      'America/New_York',
      '2026-03-08T05:00Z',
      ['2026-03-08T07:00'],
    ],
    ['skipped in part is once', '30 2 * * *', 'America/New_York', '2026-03-08T05:00Z', ['2026-03-08T07:00']],
    ['skipped twice is once', '0,30 2 * * *', 'America/New_York', '2026-03-08T05:00Z', ['2026-03-08T07:00']],
    [
      'that comes twice is the first',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-10-24T22:00Z',
      ['2026-10-25T00:30'],
    ],
    [
      'after the hour that comes twice is itself',
      '0 3 * * *',
      'Europe/Berlin',
      '2026-10-24T22:00Z',
      ['2026-10-25T02:00'],
    ],
    [
      'of a half hour is told apart too',
      '45 1 * * *',
      'Australia/Lord_Howe',
      '2026-04-04T12:00Z',
      ['2026-04-04T14:45'],
    ],
    [
      'of a day without a change is itself',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-06-01T00:00Z',
      ['2026-06-01T00:30'],
    ],
    [
      'of a day that a zone left out is the next',
      '0 9 30 12 *',
      'Pacific/Apia',
      '2011-12-30T00:00Z',
      ['2011-12-30T10:00'],
    ],
  ])('%s', (_, cron, timezone, from, expected) => {
    expect(minutes(cron, timezone, from)).toEqual(expected);
  });

  it('of each hour goes by the clock, through both hours that are called the same and none that is skipped', () => {
    expect(minutes('30 * * * *', 'Europe/Berlin', '2026-10-24T23:00Z', 4)).toHaveLength(4);
    expect(minutes('30 * * * *', 'America/New_York', '2026-03-08T05:00Z', 4)).toHaveLength(4);
  });

  it('with a day of the month and a weekday is on either, and with one of them on that', () => {
    expect(minutes('0 6 1 * 5', 'UTC', '2026-05-01T00:00Z', 24 * 9)).toEqual([
      '2026-05-01T06:00',
      '2026-05-08T06:00',
    ]);
    expect(minutes('0 6 5 * 5', 'UTC', '2026-05-01T00:00Z', 24 * 7)).toEqual([
      '2026-05-01T06:00',
      '2026-05-05T06:00',
    ]);
    expect(minutes('0 6 * * 5', 'UTC', '2026-05-01T00:00Z', 24 * 7)).toEqual(['2026-05-01T06:00']);
    expect(minutes('0 6 5 * *', 'UTC', '2026-05-01T00:00Z', 24 * 7)).toEqual(['2026-05-05T06:00']);
  });

  it('makes a window as long as it says on the day that clocks are set back', () => {
    const window = createTimeWindow({
      name: 'w',
      cron: '30 2 * * *',
      durationMs: 2 * HOUR,
      timezone: 'Europe/Berlin',
    });
    const start = Date.parse('2026-10-25T00:30Z');
    let open = 0;
    for (let ms = start - HOUR; ms < start + 6 * HOUR; ms += MINUTE)
      if (window.until(ms) !== undefined) open++;
    expect(open).toBe(120);
  });
});
