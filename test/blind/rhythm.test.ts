import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  learnGap,
  newRhythm,
  patienceMs,
  type PatienceOptions,
  type Rhythm,
} from '../../src/blind/rhythm.ts';
import { createRandom } from '../../src/runtime/index.ts';

const OPTIONS: PatienceOptions = {
  falsePerWeek: 0.05,
  watched: 20,
  leastMs: 1000,
  minGaps: 10,
  minHistoryMs: 60_000,
};

function rhythmOf(gaps: readonly number[]): Rhythm {
  const rhythm = newRhythm(0);
  for (const gap of gaps) learnGap(rhythm, gap, false);
  return rhythm;
}

const steady = (gapMs: number, count: number): Rhythm => rhythmOf(Array.from({ length: count }, () => gapMs));
const minutes = (rhythm: Rhythm, options: Partial<PatienceOptions> = {}): number =>
  patienceMs(rhythm, { ...OPTIONS, ...options }) / 60_000;

describe('patience', () => {
  it('is endless while too little is known', () => {
    expect(minutes(steady(10_000, 9))).toBe(Infinity);
    expect(minutes(steady(1000, 59))).toBe(Infinity);
    expect(minutes(steady(10_000, 10))).toBeLessThan(Infinity);
  });

  it('is a score of gaps for what is well known, as ln(1/p) has it', () => {
    const p = (0.05 * 10_000) / (7 * 86_400_000 * 20);
    expect(minutes(steady(10_000, 5000))).toBeCloseTo((10_000 * Math.log(1 / p)) / 60_000, 1);
  });

  it('is longer for what is known by few gaps', () => {
    expect(minutes(steady(60_000, 10))).toBeGreaterThan(2 * minutes(steady(60_000, 1000)));
  });

  it('is hours for a service that speaks once an hour', () => {
    expect(minutes(steady(3_600_000, 50))).toBeGreaterThan(8 * 60);
  });

  it('is longer for gaps that vary more than by chance: a service that sleeps at night is not missed at night', () => {
    const days = Array.from({ length: 5 }, () => [
      ...Array.from({ length: 5760 }, () => 10_000),
      8 * 3_600_000,
    ]).flat();
    expect(minutes(rhythmOf(days))).toBeGreaterThan(9 * 60);
  });

  it('is not below the least', () => {
    expect(patienceMs(steady(1000, 5000), { ...OPTIONS, leastMs: 120_000 })).toBe(120_000);
  });

  it('is as rarely too short by chance as it says: gaps of a Poisson process', () => {
    const random = createRandom(3);
    const draw = (): number => -Math.log(1 - random()) * 5000;
    let early = 0;
    for (let trial = 0; trial < 2000; trial++) {
      const rhythm = rhythmOf(Array.from({ length: 20 }, draw));
      // p = 0.01 is the most that is ever taken, whatever is asked for.
      if (draw() > patienceMs(rhythm, { ...OPTIONS, leastMs: 0, falsePerWeek: 1e9 })) early++;
    }
    expect(early / 2000).toBeLessThan(0.02);
    expect(early).toBeGreaterThan(3);
  });

  it('never falls when gaps are added that are longer, and is never negative or NaN', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1000, max: 86_400_000 }), { minLength: 10, maxLength: 200 }),
        (gaps) => {
          const patience = patienceMs(rhythmOf(gaps), OPTIONS);
          expect(patience).toBeGreaterThanOrEqual(1000);
        },
      ),
    );
  });

  it('learns a gap that was told of from its second time on', () => {
    const rhythm = steady(10_000, 100);
    learnGap(rhythm, 3_600_000, true);
    expect(rhythm.gaps).toBe(100);
    learnGap(rhythm, 3_700_000, true);
    expect(rhythm.gaps).toBe(102);
  });
});
