import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Deviation, deviationOf, sumsOf } from '../../src/domain/place-deviation.ts';
import { type Served, windowsOf } from './places.ts';

function deviation(
  windows: readonly (readonly Served[])[],
  { leaveOut = false, place = 1 } = {},
): Deviation | undefined {
  const [stratum] = windowsOf(windows).strata();
  const all = sumsOf(stratum.cells, windows.length);
  const part = stratum.cells.filter((cell) => cell.place === place);
  return deviationOf(all, part, { leaveOut, leastWithin: 0 });
}

const at = (place: number, ...values: number[]): Served[] =>
  values.map((value) => ({ component: 0, place, value }));

describe('a part beside its siblings', () => {
  it('is compared with them in the same windows, by hand', () => {
    const found = deviation([
      [...at(1, 3, 5), ...at(2, 2), ...at(3, 4)],
      [...at(1, 13), ...at(2, 10, 10)],
    ]);
    expect(found).toMatchObject({ count: 3, others: 4, observed: 7, perSpread: 1 / 1 + 1 / 2 });
    // (2 * (4 - 3) + 1 * (13 - 10)) / 3
    expect(found?.deviation).toBeCloseTo(5 / 3, 12);
    // Inside cells: 3, 5, 13 around 7 (56), 2, 10, 10 (42.67), 4 alone: 98.67 over 4 degrees of freedom.
    const within = (56 + 128 / 3) / 4;
    const weight = 4 * (1 / 2 + 1 / 2) + 1 * (1 + 1 / 2);
    expect(found?.sampling).toBeCloseTo((within * weight) / 9, 10);
  });

  it('is not moved by what moves all of them at once', () => {
    const values = fc.array(fc.record({ place: fc.integer({ min: 1, max: 3 }), value: fc.nat(9) }), {
      minLength: 1,
      maxLength: 12,
    });
    const windows = fc.array(fc.tuple(values, fc.integer({ min: -50, max: 50 })), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(windows, fc.boolean(), (drawn, leaveOut) => {
        const still = drawn.map(([served]) => served.map((one) => ({ component: 0, ...one })));
        const moved = drawn.map(([served, shift]) =>
          served.map(({ place, value }) => ({ component: 0, place, value: value + shift })),
        );
        fc.pre(new Set(still.flat().map(({ place }) => place)).size > 1);
        const [a, b] = [deviation(still), deviation(moved)];
        expect(b?.deviation ?? 0).toBeCloseTo(a?.deviation ?? 0, 8);
        // What is left out is the same, too, but for which trace is the largest.
        if (!leaveOut) expect(b?.count).toBe(a?.count);
      }),
    );
  });

  it('loses its worst window and then its largest trace, so that neither a pause nor one trace speaks', () => {
    const calm = [...at(1, 1, 1, 1), ...at(2, 1, 1, 1)];
    const pause = [...at(1, 9, 9, 9), ...at(2, 1, 1, 1)];
    const slowTrace = [...at(1, 1, 1, 30), ...at(2, 1, 1, 1)];
    expect(deviation([calm, pause, calm, calm], { leaveOut: true })?.deviation).toBeCloseTo(0, 12);
    expect(deviation([slowTrace], { leaveOut: true })?.deviation).toBeCloseTo(0, 12);
    expect(deviation([pause, pause, pause], { leaveOut: true })?.deviation).toBeCloseTo(8, 12);
  });

  it('says nothing where nobody is beside it', () => {
    expect(deviation([at(1, 1, 2), at(2, 1)])).toBeUndefined();
    expect(deviation([at(1, 1, 2), [...at(2, 1), ...at(1, 3)]])?.count).toBe(1);
  });
});
