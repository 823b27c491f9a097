import { describe, expect, it } from 'vitest';
import { widened } from '../../src/domain/widened.ts';

describe('a column that is widened', () => {
  it.each([
    Int32Array.of(-7, 9),
    Uint32Array.of(4_000_000_000, 9),
    Uint8Array.of(255, 9),
    Float64Array.of(0.1, -9e99),
    Float32Array.of(0.5, -9),
  ])('is of the same kind, with zeros at its end, and the old one stays: %o', (column) => {
    const was = [...column];
    const wide = widened(column, 5);
    expect(wide.constructor).toBe(column.constructor);
    expect([...wide]).toEqual([...was, 0, 0, 0]);
    wide[0] = 1;
    expect([...column]).toEqual(was);
  });
});
