import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../src/domain/incident.ts';
import { foldEvent, isWorse, severityOf } from '../../src/incident/index.ts';
import { incidentId } from '../../src/incident/incident-id.ts';
import { observationOf, START_MS, Story } from './story.ts';

const story = new Story();
story.at(60).fires({ who: 'pay' });
story.at(70).fires({ who: 'pay' });
const [opened, updated] = story.events;
const incident = foldEvent(undefined, opened);
const base = { incidentId: incident.id, at: START_MS + 90_000 };

describe('the fold of events', () => {
  it('refuses a gap, a repetition and a beginning in the middle', () => {
    expect(() => foldEvent(incident, { ...updated, sequence: 3 })).toThrow(/3.*1/);
    expect(() => foldEvent(incident, { ...updated, sequence: 1 })).toThrow();
    expect(() => foldEvent(undefined, updated)).toThrow(/begins/);
    expect(() => foldEvent(undefined, { ...opened, sequence: 2 })).toThrow(/begins/);
    expect(() => foldEvent(incident, { ...opened, sequence: 2 })).toThrow(/twice/);
  });

  it('keeps which deploys led to it through later figures, and forgets them when it comes back for another reason', () => {
    const change = { environment: '', namespace: '', service: 'pay', from: '1', to: '2', atMs: 1 };
    const led = foldEvent(undefined, { ...opened, changes: [change] } as IncidentEvent);
    expect(led.changes).toEqual([change]);
    const later = foldEvent(led, updated);
    expect(later.changes).toEqual([change]);
    const again = { ...updated, sequence: later.revision + 1, type: 'reopened' } as IncidentEvent;
    expect(foldEvent(later, again)).not.toHaveProperty('changes');
  });

  it('keeps who took it and what was noted', () => {
    const events: IncidentEvent[] = [
      { ...base, sequence: 2, type: 'acknowledged', by: 'ana' },
      { ...base, sequence: 3, type: 'noted', by: 'ana', text: 'rolling back' },
    ];
    const state = events.reduce(foldEvent, incident);
    expect(state).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'ana', revision: 3 });
    expect(state.notes).toEqual([{ at: base.at, by: 'ana', text: 'rolling back' }]);
  });

  it('does not open what is resolved when it is acknowledged', () => {
    const events: IncidentEvent[] = [
      { ...base, sequence: 2, type: 'resolved', firing: incident.firing },
      { ...base, sequence: 3, type: 'acknowledged', by: 'ana' },
    ];
    expect(events.reduce(foldEvent, incident)).toMatchObject({ state: 'resolved', resolvedAt: base.at });
  });

  it('leaves the state it was given alone', () => {
    const before = structuredClone(incident);
    foldEvent(incident, updated);
    expect(incident).toEqual(before);
  });
});

describe('an id', () => {
  it('is made of the time and the suspect, the same each time, sortable', () => {
    const id = incidentId(START_MS, 'service pay');
    expect(id).toMatch(/^20260501T120000-[0-9a-f]{6}$/);
    expect(incidentId(START_MS, 'service pay')).toBe(id);
    expect(incidentId(START_MS, 'service cart')).not.toBe(id);
    expect(incidentId(START_MS + 1, 'service pay')).not.toBe(id);
    expect(incidentId(START_MS + 1000, 'service pay') > id).toBe(true);
  });
});

describe('severity', () => {
  const of = (
    share: number,
    evidence: { kind?: 'self' | 'error' | 'calls'; observed: number; expected: number },
    lastedMs?: number,
  ) => {
    const observation = observationOf({ who: 'pay' }, START_MS);
    const unit = evidence.kind === 'error' ? 'ratio' : evidence.kind === 'calls' ? 'count' : 'us';
    return severityOf(
      {
        ...observation,
        harm: { ...observation.harm, share },
        evidence: [{ ...observation.evidence[0], kind: 'self', ...evidence, unit }],
        suspects: [{ ...observation.suspects[0], because: [observation.evidence[0].component] }],
      },
      lastedMs,
    );
  };

  it.each([
    ['most traffic, many times slower', 0.6, { observed: 4000, expected: 1000 }, 'P0'],
    ['most traffic failing', 0.6, { kind: 'error', observed: 0.6, expected: 0 }, 'P0'],
    ['much traffic, half as slow again', 0.2, { observed: 1600, expected: 1000 }, 'P1'],
    ['much traffic, one in ten failing', 0.2, { kind: 'error', observed: 0.1, expected: 0 }, 'P1'],
    ['little traffic, many times slower', 0.01, { observed: 9000, expected: 1000 }, 'P2'],
    ['much traffic, noticeably slower', 0.9, { observed: 1200, expected: 1000 }, 'P2'],
    ['hardly slower', 0.9, { observed: 1050, expected: 1000 }, 'P3'],
    ['one in twenty calls missing', 0.9, { kind: 'calls', observed: 0.95, expected: 1 }, 'P3'],
  ] as const)('%s', (_, share, evidence, severity) => {
    expect(of(share, evidence)).toBe(severity);
  });

  it('rests on what speaks against the first suspect, and on what its slowest requests cost', () => {
    const observation = observationOf({ who: 'pay' }, START_MS);
    const slow = {
      ...observation.evidence[0],
      kind: 'self',
      unit: 'us',
      observed: 9000,
      expected: 1000,
    } as const;
    const [suspect] = observation.suspects;
    const entries = [
      { service: 'web', operation: 'GET /', hurt: 9, total: 9, observedUs: 1000, expectedUs: 1000 },
    ];
    const harm = { share: 0.01, entries };
    const of = (because: string, lostUs: number) =>
      severityOf({
        ...observation,
        harm,
        lostUs,
        evidence: [slow],
        suspects: [{ ...suspect, because: [because] }],
      });
    expect(of('self(other, Work)', 0)).toBe('P3');
    expect(of(slow.component, 0)).toBe('P2');
    expect(of('self(other, Work)', 300)).toBe('P2');
  });

  it('is P3 for a slowness that nobody waits for, however much traffic makes the work; failures count all the same', () => {
    const observation = observationOf({ who: 'mail' }, START_MS);
    const entries = [
      { service: 'web', operation: 'GET /', hurt: 9, total: 9, observedUs: 1000, expectedUs: 1000 },
    ];
    const of = (kind: 'self' | 'error', waiting: number): string => {
      const unit = kind === 'self' ? 'us' : 'ratio';
      const [observed, expected] = kind === 'self' ? [9000, 1000] : [0.6, 0];
      return severityOf({
        ...observation,
        harm: { share: 0.6, entries },
        waiting,
        evidence: [{ ...observation.evidence[0], kind, unit, observed, expected }],
        suspects: [{ ...observation.suspects[0], because: [observation.evidence[0].component] }],
      });
    };
    expect([of('self', 0), of('self', 0.2), of('self', 0.6)]).toEqual(['P3', 'P1', 'P0']);
    expect(of('error', 0)).toBe('P0');
  });

  it('of messages that wait is P2 once it lasts, as nobody waits with them, and more only by what requests show', () => {
    const observation = observationOf({ who: 'mail' }, START_MS);
    const of = (wait: number, lastedS: number, requestUs: number, waiting = 0): string =>
      severityOf(
        {
          ...observation,
          harm: {
            share: 0.6,
            entries: [
              {
                ...{ service: 'web', operation: 'GET /', hurt: 9, total: 9 },
                ...{ observedUs: requestUs, expectedUs: 1000 },
              },
            ],
          },
          waiting,
          evidence: [{ ...observation.evidence[0], kind: 'queue', observed: wait, expected: 100 }],
          suspects: [
            { ...observation.suspects[0], cause: 'queue', because: [observation.evidence[0].component] },
          ],
        },
        lastedS * 1000,
      );
    expect([of(9000, 60, 1000), of(9000, 120, 1000), of(300, 120, 1000)]).toEqual(['P3', 'P2', 'P3']);
    // Others wait for the consumer, but not for its messages.
    expect(of(9000, 60, 1000, 0.6)).toBe('P3');
    expect([of(9000, 60, 1600), of(9000, 60, 4000)]).toEqual(['P1', 'P0']);
  });

  it('of failures that callers answer without is P2, however often it fails', () => {
    const observation = observationOf({ who: 'recommendation' }, START_MS);
    const { component } = observation.evidence[0];
    const of = (passedOn?: number): string =>
      severityOf({
        ...observation,
        harm: { share: 0.9, entries: [] },
        evidence: [{ ...observation.evidence[0], kind: 'error', unit: 'ratio', observed: 1, expected: 0 }],
        suspects: [{ ...observation.suspects[0], because: [component] }],
        ...(passedOn !== undefined && { passedOn: { [component]: passedOn } }),
      });
    expect([of(0), of(0.04), of(0.1), of(0.6), of()]).toEqual(['P2', 'P2', 'P1', 'P0', 'P0']);
  });

  it('counts failures of others than the suspect only where they are no chance', () => {
    const observation = observationOf({ who: 'pay' }, START_MS);
    const of = (z: number): string =>
      severityOf({
        ...observation,
        harm: { share: 0.6, entries: [] },
        evidence: [
          {
            ...observation.evidence[0],
            kind: 'error',
            unit: 'ratio',
            component: 'error(cart, Add)',
            observed: 0.06,
            expected: 0,
            z,
          },
        ],
      });
    expect([of(1.1), of(6)]).toEqual(['P3', 'P1']);
  });

  it('of calls that are made too often, or that are new, is what they add end to end', () => {
    const observation = observationOf({ who: 'pay' }, START_MS);
    const [suspect] = observation.suspects;
    const of = (
      cause: 'more-calls' | 'new-calls',
      totalUs: number,
      own = 1,
      rareUs = 0,
      lastedMs = 600_000,
    ): string => {
      const calls = { ...observation.evidence[0], kind: 'calls', unit: 'count' } as const;
      const self = { ...calls, kind: 'self', unit: 'us', component: 'self(pay, Work)' } as const;
      const entry = { service: 'web', operation: 'GET /', hurt: 90, total: 90 };
      const rare = { ...entry, operation: 'GET /rare', hurt: 1, observedUs: rareUs, expectedUs: 1000 };
      return severityOf(
        {
          ...observation,
          harm: { share: 0.2, entries: [{ ...entry, observedUs: totalUs, expectedUs: 1000 }, rare] },
          evidence: [
            { ...calls, observed: 12, expected: cause === 'new-calls' ? 0 : 1 },
            { ...self, observed: 1000 * own, expected: 1000 },
            { ...calls, component: 'calls(pay, Work -> pay, old)', observed: 0, expected: 1 },
          ],
          suspects: [{ ...suspect, cause, because: [calls.component, self.component] }],
        },
        lastedMs,
      );
    };
    expect([of('more-calls', 1300), of('more-calls', 1600)]).toEqual(['P2', 'P1']);
    expect([of('new-calls', 1300), of('new-calls', 1600)]).toEqual(['P3', 'P1']);
    // The first requests to something new are few.
    expect([of('more-calls', 1600, 1, 0, 30_000), of('new-calls', 1600, 1, 0, 30_000)]).toEqual(['P1', 'P3']);
    // One slow request of a rare entry is no slowness of all that are hurt.
    expect(of('new-calls', 1000, 1, 9000)).toBe('P3');
    // Another path has other times, and may stand for the calls that are gone.
    expect(of('new-calls', 1000, 9)).toBe('P3');
  });

  it('is P3 for calls that went missing a moment ago, P2 once that has lasted', () => {
    const missing = { kind: 'calls', observed: 0.5, expected: 1 } as const;
    expect(of(0.9, missing, 110_000)).toBe('P3');
    expect(of(0.9, missing, 120_000)).toBe('P2');
  });

  it('is worse the smaller its number', () => {
    expect([isWorse('P0', 'P1'), isWorse('P1', 'P1'), isWorse('P3', 'P2')]).toEqual([true, false, false]);
  });
});
