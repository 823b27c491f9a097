import { describe, expect, it } from 'vitest';
import { buildReport, countedOpenings, timestamp } from '../../src/app/report.ts';
import { START_MS, Story } from '../incident/story.ts';

describe('the report', () => {
  const story = new Story();
  story.at(60).fires({ who: 'pay', severity: 'P1' });
  story.at(100).fires({ who: 'mail', severity: 'P3' });
  story.at(600).fires({ who: 'pay', severity: 'P3' });
  const incidents = [...story.incidents.values()];
  const parts = {
    tool: { version: '1', model: 'm', config: 'c', seed: 1 },
    blind: [],
    input: { spans: 1, traces: 1, from: null, to: null, late: 0, duplicates: 0, rejected: 0 },
    budget: { perWeek: 1, expected: 0.1, observed: countedOpenings(incidents) },
  };

  it('lists incidents by opening, each opening with its own severity, times in RFC 3339', () => {
    const report = buildReport(parts, incidents.toReversed());
    expect(report.format).toBe('spanwatch-report/1');
    expect(report.incidents.map(({ openedAt }) => openedAt)).toEqual([
      '2026-05-01T12:01:08.000Z',
      '2026-05-01T12:01:48.000Z',
    ]);
    const [pay] = report.incidents;
    expect(
      pay.openings.map(({ openedAt, resolvedAt, severity }) => [openedAt, resolvedAt, severity]),
    ).toEqual([
      ['2026-05-01T12:01:08.000Z', '2026-05-01T12:03:08.000Z', 'P1'],
      ['2026-05-01T12:10:08.000Z', null, 'P3'],
    ]);
    expect(pay.firing[0]).toEqual(['2026-05-01T12:00:50.000Z', '2026-05-01T12:01:00.000Z']);
    expect(pay.resolvedAt).toBeNull();
    expect(pay.suspects[0].service).toBe('pay');
  });

  it('counts openings and reopenings from P0 to P2 against the budget', () => {
    expect(countedOpenings(incidents)).toBe(1);
  });

  it('leaves the list it was given alone, and writes times to the millisecond', () => {
    const given = incidents.toReversed();
    buildReport(parts, given);
    expect(given).toEqual(incidents.toReversed());
    expect(timestamp(START_MS + 7)).toBe('2026-05-01T12:00:00.007Z');
  });
});
