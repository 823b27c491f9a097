import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hexToWords, wordsToHex } from '../../src/domain/ids.ts';
import { cut, printable } from '../../src/domain/printable.ts';

describe('ids', () => {
  it('come back from hex, in either case', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 4, maxLength: 4 }), (values) => {
        const words = Int32Array.from([0, ...values]);
        const hex = wordsToHex(words, 1, 4);
        expect(hex).toMatch(/^[0-9a-f]{32}$/);
        const back = new Int32Array(5);
        expect(hexToWords(hex.toUpperCase(), back, 1, 4)).toBe(true);
        expect([...back]).toEqual([...words]);
      }),
    );
  });

  it('are padded on the left when short', () => {
    const words = new Int32Array(4);
    expect(hexToWords('1f', words, 0, 4)).toBe(true);
    expect(wordsToHex(words, 0, 4)).toBe(`${'0'.repeat(30)}1f`);
  });

  it.each(['g'.repeat(16), '0123456789abcdef0', '01234567-9abcde', 'ａbcd'])('refuse %j', (hex) => {
    expect(hexToWords(hex, new Int32Array(2), 0, 2)).toBe(false);
  });
});

describe('printable text', () => {
  it('is one well-formed line of bounded length, whatever came in', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.integer({ min: 1, max: 60 }),
        (text, max) => {
          const line = printable(text, max);
          expect(line.length).toBeLessThanOrEqual(max);
          expect(line.isWellFormed()).toBe(true);
          expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u200b-\u200f]/u);
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    ['a\nb\tc', 20, 'a b c'],
    ['  both ends  ', 20, 'both ends'],
    ['\u202egnp.exe', 20, 'gnp.exe'],
    ['zero\u200bwidth', 20, 'zerowidth'],
    ['abcdef', 4, 'abc…'],
    ['ab😀cd', 4, 'ab…'],
    ['\ud800x', 20, '\ufffdx'],
  ])('%j cut to %d is %j', (text, max, expected) => {
    expect(printable(text, max)).toBe(expected);
  });

  it('is left alone when it fits', () => {
    expect(cut('payment', 7)).toBe('payment');
  });
});
