import { describe, expect, it } from 'vitest';
import type { LearnedStretch } from '../../src/domain/learned-stretch.ts';
import { learnedLines } from '../../src/messages/index.ts';

const FROM = Date.UTC(2026, 0, 5, 9, 25);
const slow: LearnedStretch = {
  fromMs: FROM,
  toMs: FROM + 15 * 60_000,
  loudest: { component: 'self(payment, Charge)', unit: 'us', observed: 360_000, expected: 9400 },
  components: 4,
  isToldAgain: false,
};

describe('what learn says of times unlike the rest', () => {
  it('is nothing when there are none', () => {
    expect(learnedLines([], 'en')).toEqual([]);
  });

  it('is what, since and until when, by how much, whether it would be told of again, and how to leave it out', () => {
    const [heading, line, options, ...more] = learnedLines([slow], 'en');
    expect(heading).toMatch(/^one stretch of what was learned is unlike the rest/);
    expect(line).toBe(
      '  2026-01-05 09:25:00 UTC to 09:40 UTC: own time of payment Charge 360 ms, otherwise 9.4 ms, and 3 more; the same again may be MISSED',
    );
    // A minute more on either side.
    expect(options).toBe(
      'if it was a fault, learn again with --exclude 2026-01-05T09:24:00Z/2026-01-05T09:41:00Z',
    );
    expect(more).toEqual([]);
  });

  it('follows the language', () => {
    const failing: LearnedStretch = {
      ...slow,
      loudest: { component: 'error(payment, Charge)', unit: 'ratio', observed: 0.226, expected: 0.002 },
      components: 1,
      isToldAgain: true,
    };
    expect(learnedLines([failing], 'zh')).toEqual([
      '学到的数据中有 1 段与其余部分明显不同。学进去的故障再次出现时可能被当作常态；若是常有的情况（批处理、探测），可以保留：',
      '  2026-01-05 09:25:00 UTC 至 09:40 UTC：payment Charge 的错误率 23%，其余时间 0.2%；再次出现时仍会告警',
      '如果是故障，请加上以下选项重新学习：--exclude 2026-01-05T09:24:00Z/2026-01-05T09:41:00Z',
    ]);
  });

  it('names twenty and counts the others, of which it gives no option', () => {
    const many = Array.from({ length: 23 }, (_, i) => ({ ...slow, fromMs: FROM + i * 3_600_000 }));
    const lines = learnedLines(many, 'en');
    expect(lines).toHaveLength(23);
    expect(lines[0]).toMatch(/^23 stretches of what was learned are unlike/);
    expect(lines[21]).toBe('  and 3 more');
    expect(lines[22].match(/--exclude/g)).toHaveLength(20);
  });
});
