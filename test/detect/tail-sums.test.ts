import { describe, expect, it } from 'vitest';
import type { Tail } from '../../src/baseline/port.ts';
import { type TailCounts, TailSums } from '../../src/detect/tail-sums.ts';
import { createRandom } from '../../src/runtime/index.ts';

const TAIL: Tail = { offset: 1.5, exceeded: 8, traces: 8000, clump: 1, beyond: 2.5 };

/** Of `traces`, those in the tail and beyond what was learned, each with its probability. */
function drawn(random: () => number, traces: number, near: number, far: number): Omit<TailCounts, 'window'> {
  let [exceeded, beyond] = [0, 0];
  for (let i = 0; i < traces; i++) {
    const u = random();
    if (u < near) exceeded++;
    if (u < far) beyond++;
  }
  return { traces, exceeded, beyond };
}

/** The window in which the sums reach `height` first, counted from 1. */
function reaches(height: number, draw: () => Omit<TailCounts, 'window'>, tail = TAIL): number {
  const sums = new TailSums();
  for (let window = 1; window <= 20_000; window++) {
    sums.add(0, { window, ...draw() }, tail);
    if (sums.logBayes(0, tail) >= height) return window;
  }
  return 20_000;
}

/** Sums after `hits` of 100 traces in each of the windows. */
function after(hits: readonly number[], tail = TAIL): TailSums {
  const sums = new TailSums();
  hits.forEach((exceeded, i) =>
    sums.add(0, { window: i + 1, traces: 100, exceeded, beyond: exceeded }, tail),
  );
  return sums;
}

describe('the stretch that adds up', () => {
  it('is what says most: the tail, or what lies beyond all that was learned', () => {
    expect(after([2, 2, 2]).stretch(0, TAIL)).toEqual({ inTail: 6, traces: 300, beyond: true });
    const near = new TailSums();
    for (const window of [1, 2, 3]) near.add(0, { window, traces: 100, exceeded: 2, beyond: 0 }, TAIL);
    expect(near.stretch(0, TAIL)).toEqual({ inTail: 6, traces: 300, beyond: false });
  });

  it('is none where nothing does', () => {
    expect(after([0, 0]).stretch(0, TAIL)).toBeUndefined();
    expect(new TailSums().stretch(7, TAIL)).toBeUndefined();
  });
});

describe('tails that add up', () => {
  it.each([1, 2, 3, 4])(
    'reach %d under calm after at least e^that windows on average, whatever the tail that was learned',
    (height) => {
      const random = createRandom(11);
      const times = Array.from({ length: 60 }, () => {
        // A tail learned from 4,000 requests is as uncertain as it is: its true part is drawn anew each time.
        const learned = drawn(random, 4000, 0.001, 0);
        const tail = { ...TAIL, exceeded: learned.exceeded, traces: 4000 };
        return reaches(height, () => drawn(random, 20, 0.001, 1 / 8000), tail);
      });
      expect(times.reduce((a, b) => a + b, 0) / times.length).toBeGreaterThanOrEqual(Math.exp(height));
    },
  );

  it('find one request in a hundred that is far beyond, at two requests a second, within a quarter of an hour', () => {
    const random = createRandom(12);
    const times = Array.from({ length: 50 }, () => reaches(14, () => drawn(random, 20, 0.011, 0.006)));
    expect(times.sort((a, b) => a - b)[44]).toBeLessThanOrEqual(90);
  });

  it('take several windows to be sure, however many a hiccup holds up', () => {
    expect(after([100]).logBayes(0, TAIL)).toBeLessThanOrEqual(4);
    expect(after([0, 3, 0, 0]).logBayes(0, TAIL)).toBeLessThanOrEqual(4);
  });

  it('leave to the windows what these show: one request in four', () => {
    expect(after(Array.from({ length: 30 }, () => 25)).logBayes(0, TAIL)).toBe(0);
  });

  it('say nothing of a tail that nobody notices, however long it lasts', () => {
    const sums = new TailSums();
    for (let window = 1; window < 5000; window++)
      sums.add(0, { window, traces: 100, exceeded: window % 3 === 0 ? 1 : 0, beyond: 0 }, TAIL);
    expect(sums.logBayes(0, TAIL)).toBe(0);
  });

  it('end when the tail is as usual again, and when nobody was there for two minutes', () => {
    const hurt = Array.from({ length: 20 }, () => 1);
    expect(after(hurt).logBayes(0, TAIL)).toBeGreaterThan(14);
    expect(after([...hurt, 0, 0, 0]).logBayes(0, TAIL)).toBeGreaterThan(10);
    expect(after([...hurt, ...Array.from({ length: 15 }, () => 0)]).logBayes(0, TAIL)).toBe(0);
    const gap = after(hurt);
    gap.add(0, { window: 20 + 13, traces: 100, exceeded: 1, beyond: 1 }, TAIL);
    expect(gap.logBayes(0, TAIL)).toBeLessThan(5);
  });

  it('are weaker by how many come together, and by how little was learned', () => {
    const hurt = Array.from({ length: 20 }, () => 1);
    const usual = after(hurt).logBayes(0, TAIL);
    const clumped = { ...TAIL, clump: 4 };
    expect(after(hurt, clumped).logBayes(0, clumped)).toBeLessThan(usual / 2);
    const young = { ...TAIL, exceeded: 0, traces: 200 };
    expect(after(hurt, young).logBayes(0, young)).toBeLessThan(usual - 5);
  });

  it('go on after a snapshot as if nothing had been', () => {
    const one = after([1, 1, 2, 0, 1]);
    const other = new TailSums();
    other.restore(structuredClone(one.snapshot()));
    for (const sums of [one, other]) sums.add(0, { window: 6, traces: 50, exceeded: 1, beyond: 0 }, TAIL);
    expect(other.logBayes(0, TAIL)).toBe(one.logBayes(0, TAIL));
    expect(one.logBayes(0, TAIL)).toBeGreaterThan(3);
    one.forget(0);
    expect(one.logBayes(0, TAIL)).toBe(0);
    expect(one.logBayes(700, TAIL)).toBe(0);
  });
});
