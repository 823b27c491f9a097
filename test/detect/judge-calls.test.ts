import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeCalls, judgeStranger } from '../../src/detect/judge-calls.ts';
import { CALLS, partsOf, repeat } from './judging.ts';

const most = Math.log(CALLS.windows + 1);
const NEVER = { ...CALLS, level: 0 };
const more = (windows: number[][], scale: number): number =>
  judgeCalls(CALLS, partsOf(...windows), scale)?.logBayes ?? 0;
const stranger = (windows: number[][], scale: number): number =>
  judgeStranger(NEVER, partsOf(...windows), scale)?.logBayes ?? 0;

describe('more calls than usual', () => {
  it('are strong when several windows agree: each says no more than that it was never seen', () => {
    const seen = [12, 12, 12, 12].map((times) => repeat(times, 20));
    expect(more(seen, 2)).toBeCloseTo(3 * most);
    expect(judgeCalls(CALLS, partsOf(...seen), 2)).toMatchObject({ observed: 12 });
  });

  it('are calm below half as many again, and below half a call', () => {
    expect(more([repeat(1.4, 200), repeat(1.4, 200), repeat(1.4, 200)], 1)).toBeLessThanOrEqual(0);
    const rare = { ...CALLS, level: 0.1 };
    const parts = partsOf(repeat(0.4, 200), repeat(0.4, 200), repeat(0.4, 200));
    expect(judgeCalls(rare, parts, 1)?.logBayes).toBeLessThanOrEqual(0);
  });

  it('are never one trace, nor one window at the longer scales, however many it makes', () => {
    const sizes = fc.array(fc.integer({ min: 2, max: 40 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(sizes, fc.nat(11), fc.integer({ min: 2, max: 1000 }), (counts, which, times) => {
        const one = counts.map((n) => repeat(1, n));
        one[which % one.length][0] = times;
        for (let scale = 0; scale < 4; scale++) expect(more(one, scale)).toBeLessThanOrEqual(0);
        const window = counts.map((n, i) => repeat(i === which % counts.length ? times : 1, n));
        for (let scale = 1; scale < 4; scale++) expect(more(window, scale)).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('and fewer weigh the same: a baseline that is met is calm', () => {
    expect(more([repeat(1, 100), repeat(1, 100)], 1)).toBeLessThan(0);
  });
});

describe('a call that was never made before', () => {
  it('is strong when several windows have it, each at most as much as it was never seen', () => {
    const seen = Array.from({ length: 5 }, () => repeat(1, 20));
    expect(stranger(seen, 2)).toBeCloseTo(4 * most);
  });

  it('is calm in fewer than one request of ten', () => {
    const rare = Array.from({ length: 6 }, () => [...repeat(1, 9), ...repeat(0, 111)]);
    expect(stranger(rare, 2)).toBeLessThanOrEqual(0);
  });

  it('says more, the more traces of its parent were learned without it', () => {
    const parts = partsOf(...Array.from({ length: 4 }, () => [1, 1, ...repeat(0, 10)]));
    const of = (values: number): number => judgeStranger({ ...NEVER, values }, parts, 2)?.logBayes ?? 0;
    expect(of(10_000)).toBeGreaterThan(of(100));
    expect(of(100)).toBeGreaterThan(of(10));
  });

  it('is never one trace, nor one window at the longer scales', () => {
    const sizes = fc.array(fc.integer({ min: 2, max: 40 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(sizes, fc.nat(11), (counts, which) => {
        const one = counts.map((n) => repeat(0, n));
        one[which % one.length][0] = 1;
        for (let scale = 0; scale < 4; scale++) expect(stranger(one, scale)).toBeLessThanOrEqual(0);
        const window = counts.map((n, i) => repeat(i === which % counts.length ? 1 : 0, n));
        for (let scale = 1; scale < 4; scale++) expect(stranger(window, scale)).toBeLessThanOrEqual(0);
      }),
    );
  });
});
