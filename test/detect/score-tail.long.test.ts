import { describe, expect, it } from 'vitest';
import { ScoreTail } from '../../src/detect/index.ts';
import { createRandom } from '../../src/runtime/index.ts';

/** Longer than the product's, for speed: only stretches of five minutes count. */
const WINDOW_MS = 60_000;
const WINDOWS_A_WEEK = 10_080;
/** Evidence of 120 s shows one event for two minutes. */
const SMEARED = 2;

interface Law {
  /** Events a week that reach 0. */
  readonly perWeek: number;
  /** The score of an event, from a uniform draw in (0, 1). */
  readonly score: (draw: number) => number;
}

const exponential = (slope: number) => (draw: number) => -slope * Math.log(draw);

/** Openings a week in the last two of four quiet weeks, in which the cut follows what it sees, as in a live process. */
function openingsAWeek({ perWeek, score }: Law, budget: number, seed: number, theory = 12): number {
  const random = createRandom(seed);
  const tail = new ScoreTail();
  let openings = 0;
  let left = 0;
  let now = 0;
  let openUntil = 0;
  for (let w = 0; w < 4 * WINDOWS_A_WEEK; w++) {
    if (random() < perWeek / WINDOWS_A_WEEK) {
      left = SMEARED;
      now = score(1 - random());
    }
    const value = left-- > 0 ? now : 0;
    const cut = tail.cut(budget, theory);
    const opened = value >= cut && w >= openUntil;
    if (opened && w >= 2 * WINDOWS_A_WEEK) openings++;
    if (value >= cut) openUntil = w + SMEARED;
    tail.observe(value, { toMs: (w + 1) * WINDOW_MS, cut, opened, covered: w < openUntil });
  }
  return openings / 2;
}

describe('the tail of quiet scores', () => {
  const laws: [string, Law, number][] = [
    ['the tail of theory', { perWeek: 1000, score: exponential(1) }, 1 / 3],
    ['a heavier one', { perWeek: 600, score: exponential(2.5) }, 1 / 3],
    // Lighter tails than theory's are believed only slowly: on the quiet side.
    ['a lighter one', { perWeek: 1500, score: (draw) => 5 + exponential(0.4)(draw) }, 0],
    ['one that ends', { perWeek: 800, score: (draw) => 9 * (1 - draw) }, 0],
  ];

  it.each(laws)('opens as often as the budget allows: %s', (_, law, least) => {
    for (const budget of [7, 70]) {
      const rates = [1, 2].map((seed) => openingsAWeek(law, budget, seed));
      const ratio = rates.reduce((a, b) => a + b, 0) / rates.length / budget;
      expect(ratio).toBeGreaterThanOrEqual(least);
      expect(ratio).toBeLessThan(3 / 2);
    }
    const rates = [1, 2].map((seed) => openingsAWeek(law, 1, seed));
    expect(rates.reduce((a, b) => a + b, 0) / rates.length).toBeLessThanOrEqual(2);
  });

  it('says what theory says before anything was seen, and moves a half of the way in a week', () => {
    const tail = new ScoreTail();
    expect(tail.cut(1, 14)).toBe(14);
    for (let w = 0; w < WINDOWS_A_WEEK + 60; w++)
      tail.observe(0, { toMs: (w + 1) * WINDOW_MS, cut: 14, opened: false, covered: false });
    const cut = tail.cut(1, 14);
    expect(cut).toBeLessThan(8);
    expect(cut).toBeGreaterThan(6);
    expect(tail.cut(70, 14)).toBeLessThan(cut);
  });

  it('rises with each opening, but not to where the faults of a bad week lie', () => {
    const cutAfter = (faults: number): number => {
      const tail = new ScoreTail();
      for (let w = 0; w < WINDOWS_A_WEEK; w++) {
        const cut = tail.cut(1, 12);
        const fault = w % Math.floor(WINDOWS_A_WEEK / Math.max(1, faults)) === 83 && faults > 0;
        const quiet = w % 55 === 0 ? 1.5 : 0;
        tail.observe(fault ? 300 : quiet, { toMs: (w + 1) * WINDOW_MS, cut, opened: fault, covered: false });
      }
      return tail.cut(1, 12);
    };
    const quiet = cutAfter(0);
    expect(cutAfter(3)).toBeGreaterThan(quiet);
    expect(cutAfter(3)).toBeLessThan(quiet + 6);
    expect(cutAfter(20)).toBeLessThan(40);
  });

  it('does not count what an incident covers', () => {
    const [tail, other] = [new ScoreTail(), new ScoreTail()];
    for (let w = 0; w < 9000; w++) {
      const covered = w > 3000 && w < 4000;
      tail.observe(covered ? 11 : w % 97 === 0 ? 2 : 0, {
        toMs: (w + 1) * WINDOW_MS,
        cut: 12,
        opened: false,
        covered,
      });
      if (!covered)
        other.observe(w % 97 === 0 ? 2 : 0, { toMs: (w + 1) * WINDOW_MS, cut: 12, opened: false, covered });
    }
    expect(Math.abs(tail.cut(1, 12) - other.cut(1, 12))).toBeLessThan(0.2);
  });

  it('goes on after a snapshot as if nothing had been', () => {
    const tail = new ScoreTail();
    const restored = new ScoreTail();
    const random = createRandom(3);
    const see = (one: ScoreTail, w: number, score: number): void =>
      one.observe(score, { toMs: (w + 1) * WINDOW_MS, cut: 9, opened: false, covered: false });
    for (let w = 0; w < 5000; w++) see(tail, w, exponential(1)(1 - random()) / 2);
    restored.restore(structuredClone(tail.snapshot()));
    expect(restored.cut(7, 12)).toBeCloseTo(tail.cut(7, 12), 1);
    for (let w = 5000; w < 9000; w++) {
      const score = exponential(1)(1 - random());
      for (const one of [tail, restored]) see(one, w, score);
    }
    expect(restored.cut(7, 12)).toBeCloseTo(tail.cut(7, 12), 4);
  });
});
