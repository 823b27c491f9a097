import { describe, expect, it } from 'vitest';
import { summaryOf } from '../../src/cli/replay.ts';
import type { Report } from '../../src/domain/report.ts';
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
});
