import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logBayesFactor, priorShift } from '../../src/detect/bayes.ts';
import { logCountTail } from '../../src/detect/count-tail.ts';
import { isNoticeable } from '../../src/detect/effect.ts';
import { logExceedance } from '../../src/detect/budget.ts';
import { expectedFalse, openingCut } from '../../src/detect/index.ts';
import { createRandom } from '../../src/runtime/index.ts';
import { LOG_OFFSET_US } from '../../src/domain/summary.ts';

const budget = fc.record({
  perWeek: fc.double({ min: 0.01, max: 50, noNaN: true }),
  hypotheses: fc.integer({ min: 1, max: 2000 }),
});
const factor = fc.double({ min: 1.01, max: 20, noNaN: true });

describe('the opening cut', () => {
  it('rises as the budget shrinks, and as suspects are added', () => {
    fc.assert(
      fc.property(budget, factor, (options, by) => {
        const cut = openingCut(options);
        expect(openingCut({ ...options, perWeek: options.perWeek / by })).toBeGreaterThan(cut);
        expect(
          openingCut({ ...options, hypotheses: Math.ceil(options.hypotheses * by) + 1 }),
        ).toBeGreaterThan(cut);
      }),
    );
  });

  it('spends the budget exactly: tests a week times the probability to exceed it', () => {
    const cut = openingCut({ perWeek: 2, hypotheses: 40 });
    const tests = 60_480 * 4 * 40;
    expect(tests * Math.exp(logExceedance(cut))).toBeCloseTo(2, 6);
  });

  it('knows the probability to exceed it, whatever the standard error, from above and not by much', () => {
    for (const x of [2, 4, 8, 12, 16]) {
      let most = Number.NEGATIVE_INFINITY;
      for (let r = 0.01; r < 0.9999; r += 0.0005) {
        const z = Math.sqrt((2 * (x - Math.log1p(-r) / 2)) / r);
        // The standard error at which r is what it is: ln B is x at this z.
        expect(logBayesFactor(z, Math.sqrt((1 - r) / r), 1)).toBeCloseTo(x, 6);
        // A closer bound of Mills' ratio: z / (1 + z^2) from below.
        most = Math.max(most, (-z * z) / 2 - Math.log(Math.sqrt(2 * Math.PI) * (z + 1 / z)));
      }
      expect(logExceedance(x)).toBeGreaterThanOrEqual(most);
      expect(logExceedance(x)).toBeLessThan(most + 0.2);
    }
  });

  it('stays finite without suspects', () => {
    expect(Number.isFinite(openingCut({ perWeek: 1, hypotheses: 0 }))).toBe(true);
  });
});

describe('expected false openings', () => {
  it('are in proportion to the budget and to the time', () => {
    fc.assert(
      fc.property(factor, factor, fc.integer({ min: 1, max: 1e10 }), (a, b, ms) => {
        expect(expectedFalse(a * b, ms) / (b * expectedFalse(a, ms))).toBeCloseTo(1, 9);
        expect(expectedFalse(a, ms * 3) / (3 * expectedFalse(a, ms))).toBeCloseTo(1, 9);
      }),
    );
    expect(expectedFalse(1, 7 * 86_400_000)).toBe(1);
  });
});

describe('the Bayes factor of a shift', () => {
  const z = fc.double({ min: -40, max: 40, noNaN: true });
  const error = fc.double({ min: 1e-4, max: 1e4, noNaN: true });

  it('never falls as the deviation grows, and rises on the side asked for', () => {
    fc.assert(
      fc.property(z, factor, error, (deviation, by, standardError) => {
        const more = logBayesFactor(deviation + by, standardError, 1);
        expect(more).toBeGreaterThanOrEqual(logBayesFactor(deviation, standardError, 1));
        if (deviation > 0 && standardError < 100) {
          expect(more).toBeGreaterThan(logBayesFactor(deviation, standardError, 1));
        }
      }),
    );
  });

  it('speaks for calm where nothing deviates', () => {
    fc.assert(
      fc.property(error, (standardError) => {
        expect(logBayesFactor(0, standardError, 1)).toBeLessThanOrEqual(0);
        expect(logBayesFactor(-5, standardError, 1)).toBe(logBayesFactor(0, standardError, 1));
      }),
    );
  });

  it('tends to nothing, either way, as the standard error grows', () => {
    for (const deviation of [-3, 0, 1, 4]) {
      expect(Math.abs(logBayesFactor(deviation, 1000, 1))).toBeLessThan(1e-4);
    }
  });

  it.each([0.05, 0.3, 1, 3])('exceeds x under calm with at most e^-x, at a standard error of %d', (se) => {
    const random = createRandom(11);
    const draws = 60_000;
    const above = new Map([1, 2, 3, 4, 5, 6].map((x) => [x, 0]));
    for (let i = 0; i < draws; i++) {
      // Box and Muller 1958.
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      const log = logBayesFactor(normal, se, 1);
      for (const [x, n] of above) if (log > x) above.set(x, n + 1);
    }
    for (const [x, n] of above) {
      const most = Math.exp(-x);
      expect(n / draws).toBeLessThanOrEqual(most + 4 * Math.sqrt((most * (1 - most)) / draws));
    }
  });

  it.each([0.3, 1, 3, 30])('is one on average under calm, or less, at a standard error of %d', (se) => {
    // E[B] = 1/2 + sqrt(1 - r)/2 for a half-normal prior; by the trapezoid rule on a fine grid.
    const step = 1e-3;
    let mean = 0;
    for (let at = -8; at < 60; at += step) {
      const log = logBayesFactor(at, se, 1) - (at * at) / 2;
      mean += (Math.exp(log) * step) / Math.sqrt(2 * Math.PI);
    }
    const rest = (se * se) / (1 + se * se);
    expect(mean).toBeCloseTo((1 + Math.sqrt(rest)) / 2, 2);
  });

  it('expects a factor e of latency, a fifth of the traces, half of the calls', () => {
    expect([
      priorShift('self', 9),
      priorShift('error', 0.01),
      priorShift('calls', 3),
      priorShift('calls', 0),
    ]).toEqual([1, 0.2, 1.5, 0.05]);
  });
});

/** ln P(X >= k), summed term by term from 0, for Poisson or a negative binomial built by its recurrence. */
function exactLogTail(k: number, mean: number, variance: number): number {
  let term: number;
  let next: (i: number) => number;
  if (variance > mean * 1.0001) {
    const r = (mean * mean) / (variance - mean);
    const p = mean / variance;
    term = p ** r;
    next = (i) => ((i - 1 + r) / i) * (1 - p);
  } else {
    term = Math.exp(-mean);
    next = (i) => mean / i;
  }
  let tail = 0;
  for (let i = 0; i < 4000; i++) {
    if (i > 0) term *= next(i);
    if (i >= k) tail += term;
  }
  return Math.log(tail);
}

describe('the tail of a count', () => {
  it.each([
    [1, 0.01, 0.01],
    [3, 0.5, 0.5],
    [10, 4, 4],
    [60, 30, 30],
    [3, 0.5, 2],
    [40, 10, 60],
    [200, 50, 900],
  ])('of %d or more, mean %d and variance %d, is the sum', (k, mean, variance) => {
    expect(logCountTail(k, mean, variance)).toBeCloseTo(exactLogTail(k, mean, variance), 6);
  });

  it('is at most 1, falls with the count, and is heavier with more variance', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.double({ min: 1e-4, max: 100, noNaN: true }),
        fc.double({ min: 1.01, max: 50, noNaN: true }),
        (k, mean, factorOfVariance) => {
          const log = logCountTail(k, mean, mean * factorOfVariance);
          expect(log).toBeLessThanOrEqual(0);
          expect(logCountTail(k + 1, mean, mean * factorOfVariance)).toBeLessThanOrEqual(log + 1e-9);
          if (k > 2 * mean + 2) expect(log).toBeGreaterThanOrEqual(logCountTail(k, mean, mean) - 1e-6);
        },
      ),
    );
  });

  it('holds for counts in the tens of thousands', () => {
    // r = 100 and p = 0.001: nearly a gamma law of shape 100, whose tail at 1.2 means is 0.0273 (Wilson-Hilferty).
    const tail = Math.exp(logCountTail(120_000, 100_000, 1e8));
    expect(tail).toBeGreaterThan(0.024);
    expect(tail).toBeLessThan(0.031);
  });
});

describe('an effect that somebody notices', () => {
  const us = (value: number): number => Math.log(value + LOG_OFFSET_US);
  it.each([
    ['self', us(13_000), us(10_000), true],
    ['self', us(12_000), us(10_000), false],
    ['self', us(600), us(200), false],
    ['self', us(5_000), us(10_000), false],
    ['error', 0.02, 0.005, true],
    ['error', 0.012, 0.005, false],
    ['calls', 0.8, 1, true],
    ['calls', 0.95, 1, false],
    ['calls', 2, 1, true],
    ['calls', 1.4, 1, false],
    ['calls', 0.4, 0.1, false],
    ['calls', 0.2, 0, true],
    ['calls', 0.05, 0, false],
    ['calls', 0.02, 0.1, false],
    ['traffic', 100, 1, false],
  ] as const)('%s at %d against %d: %s', (kind, observed, expected, noticeable) => {
    expect(isNoticeable(kind, observed, expected)).toBe(noticeable);
  });
});
