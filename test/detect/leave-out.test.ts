import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leaveOut } from '../../src/detect/leave-out.ts';
import { partsOf, repeat } from './judging.ts';

const level = 2;
const asked = { level, down: false, several: true, capped: true };
const full = fc.array(fc.integer({ min: 7, max: 60 }), { minLength: 2, maxLength: 12 });

function excessOf(rest: { count: number; sum: number }): number {
  return rest.sum / rest.count - level;
}

describe('what one window could have caused', () => {
  it('counts no more than the next worst does, however bad it was', () => {
    const excess = fc.double({ min: 0, max: 20, noNaN: true });
    fc.assert(
      fc.property(full, fc.nat(11), excess, excess, (sizes, which, less, more) => {
        const of = (by: number): number => {
          const windows = sizes.map((n, i) => repeat(level + (i === which % sizes.length ? by : 0.1), n));
          return excessOf(leaveOut(partsOf(...windows), asked));
        };
        const [a, b] = [Math.min(less, more), Math.max(less, more)];
        if (a >= 0.5) expect(of(b)).toBeCloseTo(of(a), 9);
        expect(of(b)).toBeLessThan(0.2);
      }),
    );
  });

  it('is nothing where all windows agree: all but one trace are witnesses, and the excess is whole', () => {
    const rest = leaveOut(partsOf(...[20, 20, 20].map((n) => repeat(level + 0.5, n))), asked);
    expect(rest.count).toBe(59);
    expect(excessOf(rest)).toBeCloseTo(0.5, 9);
  });

  it('is left out with its traces where windows hold too little to be convincing alone, and of calls and failures', () => {
    const sparse = partsOf(...[3, 3, 3].map((n) => repeat(level + 0.5, n)));
    expect(leaveOut(sparse, asked).count).toBe(5);
    const many = partsOf(...[20, 20, 20].map((n) => repeat(level + 0.5, n)));
    expect(leaveOut(many, { ...asked, capped: false }).count).toBe(39);
  });

  it('is nothing of a single window, whose largest trace alone is left out', () => {
    const rest = leaveOut(partsOf([level, level, level + 9]), { ...asked, several: false });
    expect(rest).toEqual({ count: 2, sum: 2 * level });
  });
});
