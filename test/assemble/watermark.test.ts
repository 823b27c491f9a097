import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Watermark } from '../../src/assemble/watermark.ts';
import { START_US, YEAR_2100_US } from './streams.ts';

function begun(): Watermark {
  const watermark = new Watermark();
  for (const trace of [1, 2, 3]) watermark.observe(START_US, trace);
  return watermark;
}

describe('the watermark', () => {
  it('starts where the first three traces agree', () => {
    const watermark = new Watermark();
    watermark.observe(START_US + 2e6, 1);
    watermark.observe(START_US + 1e6, 2);
    expect(watermark.us).toBe(0);
    watermark.observe(START_US + 3e6, 3);
    expect(watermark.us).toBe(START_US + 1e6);
    expect(watermark.jumps).toBe(1);
  });

  it('is not moved by a span of the year 2100, however often its trace says so', () => {
    const watermark = begun();
    for (let n = 0; n < 100; n++) watermark.observe(YEAR_2100_US + n, 7);
    expect(watermark.us).toBe(START_US);
    expect(watermark.ahead).toBeGreaterThanOrEqual(100);
    watermark.observe(START_US + 5e6, 8);
    expect(watermark.us).toBe(START_US + 5e6);
  });

  it('jumps over a gap when three traces agree, to the earliest of them', () => {
    const watermark = begun();
    const later = START_US + 86_400e6;
    watermark.observe(later + 10e6, 4);
    watermark.observe(later, 5);
    watermark.observe(later + 7200e6, 6);
    expect(watermark.us).toBe(START_US);
    watermark.observe(later + 20e6, 7);
    expect(watermark.us).toBe(later);
    expect(watermark.jumpedToUs).toBe(later);
  });

  it('hears honest traces through a liar who talks between any two of them', () => {
    const watermark = begun();
    const later = START_US + 86_400e6;
    const lie = (n: number): void => {
      for (let i = 0; i < 6; i++) watermark.observe(YEAR_2100_US - (n * 6 + i) * 3600e6, 100 + n * 6 + i);
    };
    [4, 5, 6].forEach((trace, n) => {
      lie(n);
      watermark.observe(later + n * 1e6, trace);
    });
    expect(watermark.us).toBe(later);
  });

  it('is not blocked by one trace with two clocks', () => {
    const watermark = begun();
    const later = START_US + 86_400e6;
    for (const trace of [4, 5, 6]) {
      watermark.observe(later, trace);
      watermark.observe(YEAR_2100_US, 9);
    }
    expect(watermark.us).toBe(later);
  });

  it('follows traffic of a trace in ten minutes', () => {
    const watermark = begun();
    for (let n = 1; n <= 12; n++) watermark.observe(START_US + n * 600e6, 10 + n);
    expect(watermark.us).toBeGreaterThanOrEqual(START_US + 9 * 600e6);
  });

  describe('under a clock', () => {
    /** Honest spans half a second old, and `lie` ends, for so many seconds; how far the watermark was from the honest time at most. */
    function distanceAmong(seconds: number, lies: (nowUs: number, n: number) => number[]): number {
      const watermark = begun();
      let most = 0;
      for (let n = 1; n <= seconds; n++) {
        const nowUs = START_US + n * 1e6;
        watermark.ceilingUs = () => nowUs + 2e6;
        lies(nowUs, n).forEach((endUs, i) => watermark.observe(endUs, 1000 + n * 20 + i));
        watermark.observe(nowUs - 0.5e6, n);
        most = Math.max(most, Math.abs(watermark.us - (nowUs - 0.5e6)));
      }
      return most;
    }

    it('is not moved by ends beyond it, alone or in steps, however many traces agree', () => {
      expect(distanceAmong(60, () => [])).toBe(0);
      expect(distanceAmong(60, (now) => [200e6, 201e6, 202e6].map((ahead) => now + ahead))).toBe(0);
      expect(distanceAmong(60, (now) => [5, 20, 50, 100, 160, 220].map((s) => now + s * 1e6))).toBe(0);
      expect(distanceAmong(60, () => [YEAR_2100_US, YEAR_2100_US, YEAR_2100_US])).toBe(0);
      // Within the tolerance it is no lie that matters.
      expect(distanceAmong(60, (now) => [now + 1.9e6])).toBeLessThanOrEqual(2.5e6);
    });

    it('is that of a backlog while one is read, whatever comes from beyond the clock in between', () => {
      const watermark = begun();
      for (let n = 1; n <= 60; n++) {
        const nowUs = START_US + 3600e6 + n * 1e6;
        watermark.ceilingUs = () => nowUs + 2e6;
        for (const lie of [1, 2, 3]) watermark.observe(nowUs + 100e6 + lie, 1000 + n * 3 + lie);
        watermark.observe(START_US + n * 10e6, n);
        expect(watermark.us).toBe(START_US + n * 10e6);
      }
    });

    it('is as far as our clock when that is behind all others, and stays believed after a restart', () => {
      let watermark = begun();
      for (let n = 1; n <= 40; n++) {
        const nowUs = START_US + n * 1e6;
        watermark.ceilingUs = () => nowUs + 2e6;
        watermark.observe(nowUs + 60e6, n);
        if (n === 9) expect(watermark.us).toBe(START_US);
        if (n > 11) expect(watermark.us).toBe(nowUs + 2e6);
        const { ceilingUs } = watermark;
        const next = new Watermark();
        next.restore(watermark.snapshot());
        next.ceilingUs = ceilingUs;
        watermark = next;
      }
      expect(watermark.ahead).toBe(40 + 3);
    });

    it('goes on with the spans when the clock is set back, also over a restart', () => {
      let nowUs = START_US;
      let watermark = begun();
      watermark.ceilingUs = () => nowUs + 2e6;
      for (let second = 1; second <= 60; second++) {
        nowUs = START_US + second * 1e6 - (second > 20 ? 3600e6 : 0);
        if (second === 40) {
          const next = new Watermark();
          next.restore(watermark.snapshot());
          next.ceilingUs = watermark.ceilingUs;
          watermark = next;
        }
        watermark.observe(START_US + second * 1e6, second);
        expect(watermark.us).toBe(START_US + second * 1e6);
      }
      // Who is ahead of that clock is ahead of it still.
      watermark.observe(START_US + 90e6, 99);
      expect(watermark.us).toBe(START_US + 60e6);
    });

    it('hears nobody who is more than five minutes ahead', () => {
      const watermark = begun();
      for (let n = 1; n <= 40; n++) {
        watermark.ceilingUs = () => START_US + n * 1e6;
        watermark.observe(START_US + n * 1e6 + 301e6, n);
      }
      expect(watermark.us).toBe(START_US);
    });
  });

  it('never goes back', () => {
    const step = fc.tuple(fc.boolean(), fc.double({ min: 0, max: 4e15, noNaN: true }), fc.nat(20));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const watermark = new Watermark();
        for (const [clock, us, trace] of steps) {
          const before = watermark.us;
          if (clock) watermark.advanceTo(us);
          else watermark.observe(us, trace);
          expect(watermark.us).toBeGreaterThanOrEqual(before);
        }
      }),
    );
  });
});
