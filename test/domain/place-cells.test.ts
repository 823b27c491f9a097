import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellsState, MOST_CELLS, PlaceCells } from '../../src/domain/place-cells.ts';

interface Value {
  readonly component: number;
  readonly place: number;
  readonly version: number;
  readonly value: number;
  readonly trace: number;
}

const anyValue = fc.record({
  component: fc.nat(3),
  place: fc.nat(3),
  version: fc.nat(1),
  // Few, so that the largest is often met twice.
  value: fc.constantFrom(1, 2, 2.5),
  trace: fc.constantFrom(1, 2, -1),
});

function cellsOf(values: readonly Value[]): PlaceCells {
  const cells = new PlaceCells();
  for (const { component, place, version, value, trace } of values) {
    const row = cells.row(component, place, version);
    cells.count[row]++;
    cells.sum[row] += value;
    cells.sumOfSquares[row] += value * value;
    cells.offerTop(row, value, Int32Array.of(0, 0, 0, trace), 0);
  }
  return cells;
}

function rowsOf(cells: PlaceCells): unknown[] {
  return Array.from({ length: cells.length }, (_, i) => [
    `${cells.component[i]} ${cells.place[i]} ${cells.version[i]}`,
    cells.count[i],
    cells.sum[i],
    cells.sumOfSquares[i],
    cells.topValue[i],
    cells.topTrace[i * 4 + 3],
  ]).sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
}

function merged(...parts: readonly (readonly Value[])[]): PlaceCells {
  const all = new PlaceCells();
  for (const part of parts) all.merge(cellsOf(part));
  return all;
}

describe('cells by place', () => {
  it('merge to what one shard would have seen, in any order', () => {
    fc.assert(
      fc.property(fc.array(anyValue), fc.array(anyValue), fc.array(anyValue), (a, b, c) => {
        const whole = rowsOf(cellsOf([...a, ...b, ...c]));
        expect(rowsOf(merged(a, b, c))).toEqual(whole);
        expect(rowsOf(merged(c, a, b))).toEqual(whole);
        expect(rowsOf(merged([], [...a, ...b], c))).toEqual(whole);
      }),
    );
  });

  it('are found again after growing, and after a way through plain data', () => {
    const cells = new PlaceCells();
    for (let i = 0; i < 5000; i++) {
      // First: the columns are others when it has grown.
      const row = cells.row(i % 50, 1 + Math.floor(i / 50), i % 3);
      cells.count[row] = i;
    }
    const copy = PlaceCells.from(structuredClone(cellsState(cells)));
    for (let i = 0; i < 5000; i++)
      for (const one of [cells, copy]) {
        const row = one.row(i % 50, 1 + Math.floor(i / 50), i % 3);
        expect(one.count[row]).toBe(i);
      }
    expect(copy.length).toBe(5000);
  });

  it('have a bound, and count what is beyond it', () => {
    const cells = new PlaceCells();
    for (let i = 0; i < MOST_CELLS + 10; i++) cells.row(i, 1, 0);
    expect(cells.length).toBe(MOST_CELLS);
    expect(cells.refused).toBe(10);
    expect(cells.row(5, 1, 0)).toBe(5);
  });
});
