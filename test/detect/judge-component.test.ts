import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ComponentKind } from '../../src/domain/component.ts';
import { judgeComponent } from '../../src/detect/index.ts';
import { BASELINE, CALLS, ERRORS, partsOf, repeat } from './judging.ts';

const usual = BASELINE.level;
const logBayes = (kind: ComponentKind, windows: number[][], scale: number): number => {
  const baseline = kind === 'error' ? ERRORS : kind === 'calls' ? CALLS : BASELINE;
  return judgeComponent(kind, baseline, partsOf(...windows), scale)?.logBayes ?? 0;
};

describe('evidence', () => {
  it('of a factor two in one full window is strong, of three in a row stronger', () => {
    const slow = repeat(usual + Math.LN2, 30);
    expect(logBayes('self', [slow], 0)).toBeGreaterThan(10);
    expect(logBayes('self', [slow, slow, slow], 1)).toBeGreaterThan(logBayes('self', [slow], 0));
  });

  it('grows with the excess', () => {
    const excess = fc.double({ min: 0.3, max: 3, noNaN: true });
    fc.assert(
      fc.property(excess, excess, (a, b) => {
        const of = (by: number): number => logBayes('self', [repeat(usual + by, 20)], 0);
        if (a < b) expect(of(a)).toBeLessThanOrEqual(of(b));
      }),
    );
  });

  it('never comes from one slow trace, however slow, at any scale', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(counts, fc.nat(11), fc.double({ min: 0, max: 20, noNaN: true }), (sizes, which, excess) => {
        const windows = sizes.map((n) => repeat(usual, n));
        windows[which % windows.length][0] += excess;
        for (let scale = 0; scale < 4; scale++)
          expect(logBayes('self', windows, scale)).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('never comes from one bad window at the longer scales', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(counts, fc.nat(11), fc.double({ min: 0, max: 20, noNaN: true }), (sizes, which, excess) => {
        const windows = sizes.map((n, i) => repeat(usual + (i === which % sizes.length ? excess : 0), n));
        for (let scale = 1; scale < 4; scale++)
          expect(logBayes('self', windows, scale)).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('never comes from one failing trace, nor from one trace without calls', () => {
    for (let n = 1; n < 40; n++) {
      expect(logBayes('error', [[1, ...repeat(0, n)]], 0)).toBeLessThanOrEqual(0);
      expect(logBayes('calls', [[0, ...repeat(1, n)]], 0)).toBeLessThanOrEqual(0);
      expect(logBayes('calls', [[0, ...repeat(1, n)], repeat(1, n)], 1)).toBeLessThanOrEqual(0);
    }
  });

  it('of a few traces is near nothing', () => {
    for (const kind of ['self', 'error', 'calls'] as const) {
      const bad = kind === 'self' ? usual + 3 : kind === 'error' ? 1 : 0;
      expect(judgeComponent(kind, BASELINE, partsOf(repeat(bad, 5)), 0)).toBeUndefined();
      expect(judgeComponent(kind, BASELINE, partsOf([bad]), 1)).toBeUndefined();
    }
    const unsure = { ...BASELINE, within: 400 };
    const judged = judgeComponent('self', unsure, partsOf(repeat(usual + 1, 8)), 0);
    expect(Math.abs(judged?.logBayes ?? 9)).toBeLessThan(0.1);
  });

  it('below the effect floor is none, however sure', () => {
    const sure = { ...BASELINE, within: 1e-6, between: new Float64Array(4).fill(1e-8) };
    const judged = judgeComponent('self', sure, partsOf(repeat(usual + 0.15, 500)), 0);
    expect(judged?.z).toBeGreaterThan(100);
    expect(judged?.logBayes).toBeLessThanOrEqual(0);
  });

  it('speaks for calm when many traces are as usual, and when they are faster', () => {
    expect(logBayes('self', [repeat(usual, 100)], 0)).toBeLessThan(-1);
    expect(logBayes('self', [repeat(usual - 1, 100)], 0)).toBeLessThan(-1);
  });

  it('of errors: a burst is strong, the background is calm', () => {
    expect(logBayes('error', [[...repeat(1, 10), ...repeat(0, 40)]], 0)).toBeGreaterThan(15);
    expect(logBayes('error', [repeat(0, 200)], 0)).toBeLessThanOrEqual(0);
  });

  it('of calls: a window says no more than that nothing like it was seen in those that were learned', () => {
    const most = Math.log(CALLS.windows + 1);
    expect(logBayes('calls', [repeat(0, 500)], 0)).toBeCloseTo(most);
    expect(logBayes('calls', [repeat(0, 500), repeat(0, 500), repeat(0, 500)], 1)).toBeCloseTo(2 * most);
    expect(logBayes('calls', [repeat(0, 500), repeat(0, 500), repeat(1, 500)], 1)).toBeCloseTo(most);
  });

  it('of calls: missing ones are strong', () => {
    expect(
      logBayes('calls', [repeat(0, 20), repeat(0, 20), repeat(0, 20), repeat(0, 20)], 2),
    ).toBeGreaterThan(10);
    expect(judgeComponent('calls', CALLS, partsOf(repeat(0, 20)), 0)?.z).toBeLessThan(-10);
  });

  it('of a noisy service needs more than of a steady one', () => {
    const noisy = { ...BASELINE, between: new Float64Array(4).fill(0.25) };
    const slow = partsOf(repeat(usual + 0.7, 40));
    const [loud, quiet] = [judgeComponent('self', BASELINE, slow, 0), judgeComponent('self', noisy, slow, 0)];
    expect(loud?.logBayes ?? 0).toBeGreaterThan((quiet?.logBayes ?? 0) + 5);
  });
});
