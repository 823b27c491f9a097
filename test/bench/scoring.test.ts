import { describe, expect, it } from 'vitest';
import { type Fault, parseFaults, percentile, score } from '../../bench/scoring/index.ts';
import type { ReportIncident } from '../../src/domain/report.ts';
import type { Suspect } from '../../src/domain/suspect.ts';

const START = Date.UTC(2026, 0, 5, 9, 0, 0);
const at = (seconds: number): number => START + seconds * 1000;
const iso = (seconds: number): string => new Date(at(seconds)).toISOString();

/** A fault at `seconds`; a usable one of `payment` unless said. */
function fault(seconds: number, changes: Partial<Fault> = {}): Fault {
  return { startMs: at(seconds), service: 'payment', type: 'cpu_contention', usable: true, ...changes };
}

type Opened = readonly [seconds: number, services: readonly string[], severity?: 'P2' | 'P3'];

/** An incident with these openings that fires in [from, to) seconds. */
function incident(openings: readonly Opened[], firing: readonly (readonly [number, number])[] = []) {
  const of = ([seconds, services, severity = 'P2']: Opened) => ({
    openedAt: iso(seconds),
    resolvedAt: null,
    severity,
    suspects: services.map((service) => ({ service }) as Suspect),
  });
  return {
    id: `incident-${openings[0][0]}`,
    severity: openings[0][2] ?? 'P2',
    openings: openings.map(of),
    firing: firing.map(([from, to]) => [iso(from), iso(to)] as const),
  } as unknown as ReportIncident;
}

const minutes = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => at((from + i) * 60));

describe('a fault is found', () => {
  const cases: readonly (readonly [string, Opened, number])[] = [
    ['by an opening at its start', [0, ['payment']], 1],
    ['by an opening 240 s after it', [240, ['payment']], 1],
    ['not by one a second later', [241, ['payment']], 0],
    ['not by one before it', [-1, ['payment']], 0],
    ['not by one at P3', [60, ['payment'], 'P3'], 0],
  ];
  it.each(cases)('%s', (_, opening, found) => {
    expect(score({ incidents: [incident([opening])] }, { rows: [fault(0)], minutes: [] }).found).toBe(found);
  });

  it('by a reopening, with the suspects of that reopening', () => {
    const twice = incident([
      [-3000, ['cart']],
      [30, ['payment', 'cart']],
    ]);
    const result = score({ incidents: [twice] }, { rows: [fault(0)], minutes: [] });
    expect(result).toMatchObject({ found: 1, top1: 1, detectedAfterSeconds: { p50: 30, p90: 30 } });
  });

  it('by its first opening, whoever comes later', () => {
    const incidents = [incident([[90, ['payment']]]), incident([[40, ['cart', 'queue', 'payment']]])];
    const result = score({ incidents }, { rows: [fault(0)], minutes: [] });
    expect(result).toMatchObject({ found: 1, top1: 0, top3: 1, incidentsPerFault: 2 });
  });

  it('only where it is usable and can be seen', () => {
    const rows = [fault(0), fault(1000, { usable: false }), fault(2000, { type: 'return' })];
    const truth = { rows, minutes: [], findable: ({ type }: Fault) => type === 'cpu_contention' };
    expect(score({ incidents: [] }, truth).faults).toHaveLength(1);
  });
});

describe('a false alarm', () => {
  const labelled = fault(0);
  const unlabelled = fault(0, { type: 'unlabelled', usable: false, service: '' });
  const cases: readonly (readonly [string, Fault, number, number])[] = [
    ['is none 30 s before a row', labelled, -30, 0],
    ['is one 31 s before it', labelled, -31, 1],
    ['is none 360 s after a row', labelled, 360, 0],
    ['is one 361 s after it', labelled, 361, 1],
    ['is none 75 s before an unlabelled row', unlabelled, -75, 0],
    ['is one 76 s before it', unlabelled, -76, 1],
    ['is none 450 s after an unlabelled row', unlabelled, 450, 0],
    ['is one 451 s after it', unlabelled, 451, 1],
    ['is none near a row that is not usable', fault(0, { usable: false }), 60, 0],
  ];
  it.each(cases)('%s', (_, row, seconds, alarms) => {
    const result = score({ incidents: [incident([[seconds, ['cart']]])] }, { rows: [row], minutes: [] });
    expect(result.falseAlarms).toHaveLength(alarms);
  });

  it('counts each opening, against the captured minutes near no row', () => {
    const twice = incident([
      [1200, ['cart']],
      [1500, ['cart']],
    ]);
    const result = score({ incidents: [twice] }, { rows: [fault(0)], minutes: minutes(-1, 66) });
    expect(result.falseAlarms).toEqual([at(1200), at(1500)]);
    // Minute -1 touches the half minute before the row, minutes 0 to 5 are near it, 6 to 65 are not.
    expect(result.quietHours).toBe(1);
  });
});

describe('one-minute windows', () => {
  it('are hurt by their midpoint, quiet when they touch nothing near a row, and else not scored', () => {
    const firing = incident(
      [[30, ['payment']]],
      [
        [60, 130],
        [190, 191],
        [700, 710],
      ],
    );
    const result = score({ incidents: [firing] }, { rows: [fault(0)], minutes: minutes(0, 15) }).minutes;
    // Minutes 0 to 2 are hurt: 1 and 2 predicted. Minutes 3 to 5 are not scored. Of the quiet ones 11 is predicted.
    expect(result).toMatchObject({ truePositives: 2, falseNegatives: 1, falsePositives: 1 });
    expect(result.precision).toBeCloseTo(2 / 3);
    expect(result.recall).toBeCloseTo(2 / 3);
    expect(result.f1).toBeCloseTo(2 / 3);
  });

  it('are not predicted by an incident at P3', () => {
    const firing = incident([[30, ['payment'], 'P3']], [[0, 180]]);
    const result = score({ incidents: [firing] }, { rows: [fault(0)], minutes: minutes(0, 3) }).minutes;
    expect(result).toMatchObject({ truePositives: 0, falseNegatives: 3 });
  });
});

describe('faults.csv', () => {
  const header = 'start_utc,end_utc,service,pod,type,minutes_present,usable,minutes';

  it('is read by its columns', () => {
    const row = '2026-01-05T09:00:00Z,2026-01-05T09:03:00Z,payment,payment-1,return,4,1,09_00 09_01';
    expect(parseFaults(`${header}\n${row}\n`)).toEqual([
      { startMs: START, service: 'payment', type: 'return', usable: true },
    ]);
  });

  it('names the line that it cannot read', () => {
    expect(() => parseFaults(`${header}\nsoon,,payment,,return,4,1,`)).toThrow(
      'faults.csv:2: soon is not a time',
    );
  });

  it('names the column that is not there', () => {
    expect(() => parseFaults('start_utc,service,type\n')).toThrow('no column usable');
  });
});

it('percentiles are nearest ranks', () => {
  expect([percentile([30, 10, 20, 40], 0.5), percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9)]).toEqual([
    20, 9,
  ]);
  expect(percentile([], 0.5)).toBeNaN();
});
