import { describe, expect, it } from 'vitest';
import { ErrorSums, type UsualErrors } from '../../src/detect/error-sums.ts';
import { createRandom } from '../../src/runtime/index.ts';

/** Failures of `count` traces that fail with probability `ratio`, `together` at a time. */
function failures(random: () => number, count: number, ratio: number, together = 1): number {
  let failed = 0;
  for (let i = 0; i < count; i += together) if (random() < ratio) failed += together;
  return failed;
}

/** The window in which the sum reaches `height` first, counted from 1. */
function reaches(height: number, usual: UsualErrors, draw: () => number, count = 100): number {
  const sums = new ErrorSums();
  for (let w = 1; w <= 200_000; w++) {
    sums.add(0, { count, failed: draw() }, usual);
    if (sums.logBayes(0, usual) >= height) return w;
  }
  return 200_000;
}

describe('ErrorSums', () => {
  const usual = { ratio: 0.001, overdispersion: 0 };

  it.each([1, 2, 3, 4])('reaches %d under calm after at least e^that windows on average', (height) => {
    const random = createRandom(5);
    const times = Array.from({ length: 40 }, () =>
      reaches(height, usual, () => failures(random, 100, 0.001)),
    );
    const mean = times.reduce((a, b) => a + b, 0) / times.length;
    expect(mean).toBeGreaterThanOrEqual(Math.exp(height));
  });

  it('is not fooled by failures that come together, when that was learned', () => {
    // Ten at a time: the variance of the part is p * 10 / n, of which p / n is chance.
    const learned = { ratio: 0.001, overdispersion: (9 * 0.001) / 100 };
    const mean = (usually: UsualErrors): number => {
      const random = createRandom(6);
      const times = Array.from({ length: 20 }, () =>
        reaches(3, usually, () => failures(random, 100, 0.001, 10)),
      );
      return times.reduce((a, b) => a + b, 0) / times.length;
    };
    expect(mean(learned)).toBeGreaterThanOrEqual(Math.exp(3));
    expect(mean(learned)).toBeGreaterThan(1.3 * mean(usual));
  });

  it('finds a rise from 0.1% to 2% at ten requests a second within a minute and a half, nine times in ten', () => {
    const random = createRandom(7);
    const times = Array.from({ length: 100 }, () => reaches(20, usual, () => failures(random, 100, 0.02)));
    expect(times.sort((a, b) => a - b)[89]).toBeLessThanOrEqual(9);
  });

  it('takes several windows to be sure, however many fail in one', () => {
    const sums = new ErrorSums();
    sums.add(3, { count: 100, failed: 100 }, usual);
    expect(sums.logBayes(3, usual)).toBeLessThanOrEqual(8);
    expect(sums.logBayes(2, usual)).toBe(0);
  });

  it('says nothing of a rise that nobody notices, however long it lasts', () => {
    const sums = new ErrorSums();
    for (let w = 0; w < 10_000; w++) sums.add(0, { count: 1000, failed: 10 }, usual);
    expect(sums.logBayes(0, usual)).toBe(0);
  });

  it('says nothing any more of a rise that has ended, though failures go on as usual, and never while it lasts', () => {
    const often = { ratio: 0.02, overdispersion: 0 };
    const random = createRandom(8);
    const sums = new ErrorSums();
    const add = (ratio: number): void =>
      sums.add(0, { count: 200, failed: failures(random, 200, ratio) }, often);
    for (let w = 0; w < 20; w++) add(0.05);
    for (let w = 0; w < 1000; w++) {
      add(0.05);
      expect(sums.logBayes(0, often)).toBeGreaterThan(20);
    }
    // By the sum alone it took more than ten minutes.
    for (let w = 0; w < 12; w++) add(0.02);
    expect(sums.logBayes(0, often)).toBeLessThan(3);
  });

  it('goes on after a snapshot as if nothing had been', () => {
    const [one, other] = [new ErrorSums(), new ErrorSums()];
    for (let w = 0; w < 5; w++) one.add(700, { count: 100, failed: 3 }, usual);
    other.restore(structuredClone(one.snapshot()));
    for (const sums of [one, other]) sums.add(700, { count: 50, failed: 2 }, usual);
    expect(other.logBayes(700, usual)).toBe(one.logBayes(700, usual));
    expect(one.logBayes(700, usual)).toBeGreaterThan(5);
  });
});
