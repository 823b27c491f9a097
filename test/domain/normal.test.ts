import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logNormalTail, normalTail, zOfLogTail } from '../../src/domain/normal.ts';

/** Upper tail by Simpson's rule on the density, far finer than the tolerance asked for. */
function simpsonTail(z: number): number {
  const steps = 4000;
  const to = z + 14;
  const h = (to - z) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const x = z + i * h;
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-(x * x) / 2);
  }
  return (sum * h) / 3 / Math.sqrt(2 * Math.PI);
}

describe('the normal law', () => {
  it.each([-3, -1, 0, 0.5, 1, 1.96, 3, 5, 8])('has the tail of the integral at z = %d', (z) => {
    expect(normalTail(z) / simpsonTail(z)).toBeCloseTo(1, 6);
  });

  it('has tails that fall, from 1 to 0, and mirror each other', () => {
    const z = fc.double({ min: -8, max: 8, noNaN: true });
    fc.assert(
      fc.property(z, z, (a, b) => {
        if (a + 1e-6 < b) expect(normalTail(a)).toBeGreaterThan(normalTail(b));
        expect(normalTail(a) + normalTail(-a)).toBeCloseTo(1, 6);
      }),
    );
  });

  it('has a log tail without a seam where the series takes over', () => {
    expect(logNormalTail(10 + 1e-9) - logNormalTail(10 - 1e-9)).toBeCloseTo(0, 4);
    for (let z = 9; z < 40; z += 0.25) expect(logNormalTail(z + 0.25)).toBeLessThan(logNormalTail(z));
  });

  it('finds the z of any log tail, far beyond what a double can hold as a probability', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 300, noNaN: true }), (z) => {
        expect(zOfLogTail(logNormalTail(z)) - z).toBeCloseTo(0, 4);
      }),
    );
  });

  it('calls everything above one half no deviation', () => {
    expect(zOfLogTail(0)).toBe(0);
    expect(zOfLogTail(Math.log(0.5))).toBeCloseTo(0, 3);
  });
});
