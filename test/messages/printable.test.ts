import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, printable } from '../../src/domain/printable.ts';
import { leastMs } from '../setup/least-ms.ts';

describe('printable text', () => {
  it.each([
    ['a plain name', 'GET /cart', 'GET /cart'],
    ['lines', 'a\r\nb\tc\u2028d', 'a b c d'],
    ['an escape sequence', '\u001b[31mred\u0007', '[31mred'],
    ['a change of direction', '\u202egnp\u202c', 'gnp'],
    ['zero-width characters', 'pay\u200bment\ufeff', 'payment'],
    ['half a pair', 'a\ud800b', 'a\ufffdb'],
    ['Chinese and emoji', '支付🔥', '支付🔥'],
  ])('of %s', (_, text, shown) => expect(printable(text, 100)).toBe(shown));

  it('is never longer than asked, never cut inside a pair, and the same again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 30 }), (text, max) => {
        const shown = printable(text, max);
        expect(shown.length).toBeLessThanOrEqual(max);
        expect(shown.isWellFormed()).toBe(true);
        expect(printable(shown, max)).toBe(shown);
      }),
    );
  });

  it('says that it was cut', () => {
    expect(cut('abcdef', 4)).toBe('abc…');
    expect(cut('ab\u{1f525}cd', 4)).toBe('ab…');
    expect(cut('abcd', 4)).toBe('abcd');
  });

  it('takes little time for a name of ten megabytes', () => {
    const name = '\u200b '.repeat(5_000_000);
    expect(leastMs(() => printable(name, 80))).toBeLessThan(1000);
  });
});
