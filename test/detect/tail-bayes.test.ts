import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logTailBayes } from '../../src/detect/tail-bayes.ts';
import { judgeComponent } from '../../src/detect/judge-component.ts';
import { BASELINE, partsOf, repeat } from './judging.ts';

const RARE = { offset: 2, exceeded: 10, traces: 10_000, clump: 1 };

describe('more requests in the tail than learned', () => {
  it('is strong evidence when few were there before', () => {
    expect(logTailBayes(12, 1000, RARE)).toBeGreaterThan(10);
    expect(logTailBayes(1, 1000, RARE)).toBeLessThan(0);
    expect(logTailBayes(0, 1000, RARE)).toBeLessThan(0);
  });

  it('is worth less where the tail was learned from few traces', () => {
    const young = { offset: 2, exceeded: 1, traces: 1000, clump: 1 };
    expect(logTailBayes(4, 100, young)).toBeLessThan(logTailBayes(4, 100, RARE));
  });

  it('is worth less where slow requests come together', () => {
    expect(logTailBayes(12, 1000, { ...RARE, clump: 4 })).toBeLessThan(logTailBayes(12, 1000, RARE) / 2);
  });

  it('is finite for whatever is counted, and grows with the hits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.nat({ max: 5000 }), (n, k) => {
        const x = Math.min(n - 1, k);
        const log = logTailBayes(x, n, RARE);
        expect(Number.isFinite(log)).toBe(true);
        if (x >= n * 0.002) expect(logTailBayes(x + 1, n, RARE)).toBeGreaterThan(log);
      }),
    );
  });

  it('is a Bayes factor: under calm its mean over what may be counted is at most 1', () => {
    const n = 50;
    const tail = { offset: 2, exceeded: 2, traces: 400, clump: 1 };
    const [a, b] = [2.5, 398.5];
    // Beta-binomial weights by their ratio.
    let weight = 1;
    for (let i = 0; i < n; i++) weight *= (b + i) / (a + b + i);
    let mean = 0;
    for (let x = 0; x <= n; x++) {
      mean += weight * Math.exp(logTailBayes(x, n, tail));
      weight *= ((n - x) / (x + 1)) * ((a + x) / (b + n - x - 1));
    }
    expect(mean).toBeGreaterThan(0.9);
    expect(mean).toBeLessThan(1.02);
  });
});

describe('evidence of a component with a tail', () => {
  const withTail = { ...BASELINE, values: 100 * BASELINE.windows, tail: RARE };
  const usual = (hits: number) => {
    const parts = partsOf(...[0, 1, 2].map(() => repeat(BASELINE.level, 100)));
    parts.exceeded.fill(hits);
    parts.tailUs.fill(hits * 100_000);
    return judgeComponent('self', withTail, parts, 1);
  };

  it('sees one request in thirty ten times as slow, where the level does not move', () => {
    expect(usual(0)?.logBayes).toBeLessThan(0);
    expect(usual(3)?.logBayes).toBeGreaterThan(15);
  });

  it('says what that costs a request on average, the worst window left out', () => {
    expect(usual(0)?.lostUs).toBeCloseTo(0);
    expect(usual(3)?.lostUs).toBeGreaterThan(2500);
    expect(usual(3)?.lostUs).toBeLessThan(3000);
  });
});
