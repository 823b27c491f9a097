import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClockShifts } from '../../src/measure/clock-shifts.ts';

/** Two hosts that call each other; times on the network in microseconds. */
const [A, B, C] = [3, 6, 9];

function call(
  shifts: ClockShifts,
  [from, to]: [number, number],
  sides: [number, number],
  aheadUs = 0,
): boolean {
  return shifts.observe(from, to, { requestUs: sides[0] + aheadUs, responseUs: sides[1] - aheadUs });
}

describe('ClockShifts', () => {
  it('follows a step of either clock, both ways, to within a fraction of the time on the network', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -5_000_000, max: 5_000_000 }).filter((us) => Math.abs(us) > 20_000),
        fc.boolean(),
        fc.array(fc.tuple(fc.integer({ min: 200, max: 900 }), fc.integer({ min: 200, max: 900 })), {
          minLength: 80,
          maxLength: 80,
        }),
        (stepUs, back, network) => {
          const shifts = new ClockShifts();
          const pair: [number, number] = back ? [B, A] : [A, B];
          network.slice(0, 40).forEach((sides) => expect(call(shifts, pair, sides)).toBe(true));
          expect(shifts.aheadUs(...pair)).toBe(0);
          const believed = network.slice(40).map((sides) => call(shifts, pair, sides, stepUs));
          expect(believed.indexOf(true)).toBe(2);
          expect(Math.abs(shifts.aheadUs(...pair) - stepUs)).toBeLessThan(350);
          expect(shifts.aheadUs(pair[1], pair[0])).toBeCloseTo(-shifts.aheadUs(...pair));
          network.slice(0, 40).forEach((sides) => call(shifts, pair, sides));
          expect(Math.abs(shifts.aheadUs(...pair))).toBeLessThan(350);
        },
      ),
    );
  });

  it('takes no delay for a clock, on whatever side and however long', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5_000_000 }),
        fc.integer({ min: 0, max: 5_000_000 }),
        (requestUs, responseUs) => {
          const shifts = new ClockShifts();
          for (let i = 0; i < 40; i++) call(shifts, [A, B], [500, 500]);
          for (let i = 0; i < 100; i++)
            expect(call(shifts, [A, B], [500 + requestUs, 500 + responseUs])).toBe(true);
          expect(shifts.aheadUs(A, B)).toBe(0);
        },
      ),
    );
  });

  it('keeps what both sides usually are through a step', () => {
    const shifts = new ClockShifts();
    for (let i = 0; i < 40; i++) call(shifts, [A, B], [3000, 500]);
    for (let i = 0; i < 40; i++) call(shifts, [A, B], [3000, 500], 80_000);
    expect(shifts.aheadUs(A, B)).toBeCloseTo(80_000);
  });

  it('believes neither one confused call nor a server that its client gave up on', () => {
    const shifts = new ClockShifts();
    for (let i = 0; i < 40; i++) call(shifts, [A, B], [500, 500]);
    for (let i = 0; i < 20; i++) {
      call(shifts, [A, B], [500, 500], i % 3 === 0 ? 50_000 : 0);
      call(shifts, [A, B], [500, -400_000]);
    }
    expect(shifts.aheadUs(A, B)).toBe(0);
  });

  it('knows the clocks of two hosts that never call each other by the way between them', () => {
    const shifts = new ClockShifts();
    for (let i = 0; i < 40; i++) {
      call(shifts, [A, B], [500, 500]);
      call(shifts, [C, B], [500, 500]);
    }
    for (let i = 0; i < 40; i++) {
      call(shifts, [A, B], [500, 500], 70_000);
      call(shifts, [C, B], [500, 500], 30_000);
    }
    expect(shifts.aroundUs(A, C)).toBeCloseTo(40_000);
    expect(shifts.aroundUs(A, 12)).toBe(0);
  });

  it('goes on after a snapshot as if nothing had been', () => {
    const shifts = new ClockShifts();
    for (let i = 0; i < 40; i++) call(shifts, [A, B], [500, 500], i < 20 ? 0 : 60_000);
    const restored = new ClockShifts();
    restored.restore(structuredClone(shifts.snapshot()));
    expect(restored.aheadUs(A, B)).toBe(shifts.aheadUs(A, B));
    for (const one of [shifts, restored]) for (let i = 0; i < 9; i++) call(one, [A, B], [400, 600], 90_000);
    expect(restored.aheadUs(A, B)).toBe(shifts.aheadUs(A, B));
  });
});
