import { describe, expect, it } from 'vitest';
import type { Locale } from '../../src/domain/message.ts';
import type { Report } from '../../src/domain/report.ts';
import { replayLines } from '../../src/messages/index.ts';
import { aSuspect } from '../doubles/incident-story.ts';

const AT = '2026-03-07T03:12:40.000Z';

function reportOf(...incidents: { severity: string; resolvedAt: string | null }[]): Report {
  return {
    incidents: incidents.map((one, n) => ({
      ...{ id: `i-${n}`, startedAt: AT, openings: [{}], finalSuspects: [aSuspect()] },
      ...one,
    })),
    budget: { perWeek: 1, expected: 0, observed: 0 },
    input: { spans: 1, traces: 1, from: AT, to: AT, late: 0, duplicates: 0, rejected: 0 },
  } as unknown as Report;
}

const summaryOf = (report: Report, locale: Locale = 'en'): string =>
  `${replayLines(report, locale).join('\n')}\n`;

describe('what replay says at its end', () => {
  it('names what was for the digest, which is not printed as a message', () => {
    const text = summaryOf(reportOf({ severity: 'P3', resolvedAt: AT }));
    expect(text).toContain(`for the digest: P3 payment since ${AT} (i-0)\n`);
    expect(text).not.toContain('still open');
    expect(text).toContain('1 incident with 1 opening, 0 of them');
  });

  it('names what had not ended with the files', () => {
    const text = summaryOf(
      reportOf({ severity: 'P1', resolvedAt: null }, { severity: 'P1', resolvedAt: AT }),
    );
    expect(text).toContain(`still open at the end: P1 payment since ${AT} (i-0)\n`);
    expect(text).not.toContain('(i-1)');
    expect(text).not.toContain('for the digest');
    expect(text).toContain('2 incidents with 2 openings');
  });

  it('names one that is both once', () => {
    const text = summaryOf(reportOf({ severity: 'P3', resolvedAt: null }));
    expect(text).toContain(`for the digest, still open at the end: P3 payment since ${AT} (i-0)\n`);
    expect(text.match(/\(i-0\)/g)).toHaveLength(1);
  });

  it('follows the language', () => {
    const lines = replayLines(
      reportOf(
        { severity: 'P3', resolvedAt: AT },
        { severity: 'P3', resolvedAt: null },
        { severity: 'P1', resolvedAt: null },
      ),
      'zh',
    );
    expect(lines).toEqual([
      `仅入摘要：P3 payment，始于 ${AT}（i-0）`,
      `仅入摘要，数据结束时仍未恢复：P3 payment，始于 ${AT}（i-1）`,
      `数据结束时仍未恢复：P1 payment，始于 ${AT}（i-2）`,
      '3 个事件，共产生 3 次，其中 P0 至 P2 0 次；按预算，这段时间内预计误报 0.00 次',
      `1 条链路，1 个 span，${AT} 至 ${AT}；迟到 0，重复 0，拒收 0`,
    ]);
  });
});
