import { describe, expect, it } from 'vitest';
import { judgeComponent } from '../../src/detect/index.ts';
import { levelVariance, witnessWeight } from '../../src/detect/witnesses.ts';
import { BASELINE, ERRORS, partsOf, repeat } from './judging.ts';

const slow = BASELINE.level + 0.3;
/** Twenty traces a window, over three hours. */
const busy = { ...BASELINE, windows: 1080, values: 21_600 };

describe('more traces than while learning', () => {
  it('are worth no more witnesses than there were then', () => {
    expect(witnessWeight(busy, partsOf(repeat(slow, 10)))).toBe(1);
    expect(witnessWeight(busy, partsOf(repeat(slow, 20), repeat(slow, 20)))).toBe(1);
    expect(witnessWeight(busy, partsOf(repeat(slow, 40), repeat(slow, 60)))).toBeCloseTo(0.4);
  });

  it('are no stronger evidence when each comes twice, of a shift and of failures', () => {
    const shift = (n: number): number =>
      judgeComponent('self', busy, partsOf(repeat(slow, n)), 0)?.logBayes ?? 0;
    expect(shift(20)).toBeGreaterThan(shift(10) + 0.5);
    expect(shift(40)).toBeLessThan(shift(20) + 0.5);
    const failing = { ...ERRORS, windows: 1080, values: 1080 * 40 };
    const burst = (times: number): number =>
      judgeComponent('error', failing, partsOf([...repeat(1, 6 * times), ...repeat(0, 34 * times)]), 0)
        ?.logBayes ?? 0;
    expect(burst(2)).toBeLessThan(1.5 * burst(1));
    expect(burst(1)).toBeGreaterThan(8);
  });
});

describe('how little is known of a level', () => {
  it('falls with the windows learned, and makes a young model weaker evidence', () => {
    const of = (windows: number): number =>
      levelVariance({ ...BASELINE, windows, values: 20 * windows }) / BASELINE.between[3];
    expect(of(12)).toBeGreaterThan(1);
    expect(of(1080)).toBeLessThan(1 / 30);
    const judged = (windows: number): number =>
      judgeComponent('self', { ...busy, windows, values: 20 * windows }, partsOf(repeat(slow, 20)), 0)
        ?.logBayes ?? 0;
    expect(judged(12)).toBeLessThan(0.7 * judged(1080));
  });
});
