import { describe, expect, it } from 'vitest';
import {
  formatCount,
  formatDurationUs,
  formatShare,
  formatShortTime,
  formatTime,
  formatTimes,
} from '../../src/domain/format.ts';
import { CATALOGUES } from '../../src/messages/compose.ts';

describe('numbers for people', () => {
  it.each([
    [0, '0 µs'],
    [850, '850 µs'],
    [999.6, '1 ms'],
    [1800, '1.8 ms'],
    [41_000, '41 ms'],
    [182_400, '182 ms'],
    [999_600, '1 s'],
    [1_240_000, '1.2 s'],
    [65e6, '65 s'],
    [150e6, '2.5 min'],
  ])('%d µs is %s', (us, text) => expect(formatDurationUs(us)).toBe(text));

  it.each([
    [0, '0%'],
    [0.00046, '0.05%'],
    [0.034, '3.4%'],
    [0.1, '10%'],
    [0.336, '34%'],
    [0.9996, '100%'],
  ])('%d is %s', (share, text) => expect(formatShare(share)).toBe(text));

  it.each([
    [0.25, '0.25'],
    [3.21, '3.2'],
    [41.4, '41'],
    [12_300, '12,300'],
  ])('%d is %s', (count, text) => expect(formatCount(count)).toBe(text));

  it('says nothing where there is no factor', () => {
    expect(formatTimes(1, 0)).toBeUndefined();
    expect(formatTimes(0, 1)).toBeUndefined();
    expect(formatTimes(182, 41)).toBe('4.4');
  });

  it('is in UTC, with the date', () => {
    const ms = Date.UTC(2022, 7, 22, 3, 12, 40);
    expect(formatTime(ms)).toBe('2022-08-22 03:12:40 UTC');
    expect(formatShortTime(ms, ms + 1000)).toBe('03:12 UTC');
    expect(formatShortTime(ms, ms + 86_400_000)).toBe('2022-08-22 03:12 UTC');
  });

  it('survives a time that no calendar has', () => {
    expect(() => formatTime(Number.NaN)).not.toThrow();
    expect(() => formatTime(1e300)).not.toThrow();
  });

  it.each([
    [500, '1 s', '1 秒'],
    [45_000, '45 s', '45 秒'],
    [725_000, '12 min', '12 分钟'],
    [3_600_000, '1 h', '1 小时'],
    [3_900_000, '1 h 5 min', '1 小时 5 分钟'],
  ])('%d ms lasts %s', (ms, en, zh) => {
    expect(CATALOGUES.en.duration(ms)).toBe(en);
    expect(CATALOGUES.zh.duration(ms)).toBe(zh);
  });
});
