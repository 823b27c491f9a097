import { describe, expect, it } from 'vitest';
import { decide, needsUpdate } from '../../src/policy/index.ts';
import {
  anIncident,
  aSuspect,
  escalated,
  judged,
  opened,
  resolved,
  updated,
} from '../doubles/incident-story.ts';

const CHANNELS = { channels: [{ name: 'slack' }, { name: 'pager', minSeverity: 'P0' as const }] };
const names = (decisions: readonly { channel: string }[]) => decisions.map((d) => d.channel);

describe('who is told', () => {
  it('tells channels about severities that they take, with a reason', () => {
    const [p0, p1, p2, p3] = (['P0', 'P1', 'P2', 'P3'] as const).map((severity) => {
      const incident = anIncident({
        ...judged({ severity }),
        openings: [{ openedAt: 1, resolvedAt: null, severity, suspects: [] }],
      });
      return decide(incident, opened(incident), CHANNELS);
    });
    expect(names(p0)).toEqual(['slack', 'pager']);
    expect(p1).toEqual([{ channel: 'slack', reason: 'opened, P1' }]);
    expect(names(p2)).toEqual(['slack']);
    expect(p3).toEqual([]);
  });

  it('keeps P3 for the digest unless a channel wants it', () => {
    const openings = [{ openedAt: 1, resolvedAt: null, severity: 'P3' as const, suspects: [] }];
    const incident = anIncident({ ...judged({ severity: 'P3' }), openings });
    const config = { channels: [{ name: 'all', minSeverity: 'P3' as const }] };
    expect(names(decide(incident, opened(incident), config))).toEqual(['all']);
  });

  it('tells of the end whoever heard of the beginning, though it is milder now', () => {
    const openings = [{ openedAt: 1, resolvedAt: 2, severity: 'P0' as const, suspects: [] }];
    const incident = anIncident({ severity: 'P2', state: 'resolved', openings });
    expect(names(decide(incident, resolved(incident, 2, 2), CHANNELS))).toEqual(['slack', 'pager']);
  });

  it('is silent about an update that is no news', () => {
    const before = anIncident();
    const event = updated(before, 2, { evidence: [] });
    expect(decide({ ...before, revision: 2 }, event, CHANNELS, before)).toEqual([]);
    expect(decide({ ...before, revision: 2 }, event, CHANNELS)).toEqual([]);
  });

  it('tells of an update that blames another, and why', () => {
    const before = anIncident();
    const event = updated(before, 2, { suspects: [before.suspects[1], before.suspects[0]] });
    expect(decide({ ...before, revision: 2 }, event, CHANNELS, before)).toEqual([
      { channel: 'slack', reason: 'updated: the first suspect changed, P1' },
    ]);
  });

  it('is silent about what a person resolved and still goes on, whoever leads now', () => {
    const before = anIncident({ state: 'resolved', resolvedBy: 'ann' });
    const event = updated(before, 2, { suspects: [before.suspects[1], before.suspects[0]] });
    expect(decide({ ...before, revision: 2 }, event, CHANNELS, before)).toEqual([]);
  });

  it('tells of what a person resolved, not of feedback', () => {
    const incident = anIncident({ state: 'resolved' });
    const base = { incidentId: incident.id, sequence: 2, at: 2, by: 'ann' };
    expect(names(decide(incident, { type: 'resolved', ...base, firing: [] }, CHANNELS))).toEqual(['slack']);
    expect(decide(incident, { type: 'feedback', ...base, verdict: 'normal-now' }, CHANNELS)).toEqual([]);
  });

  it('tells of an escalation and of an acknowledgement, not of a note', () => {
    const incident = anIncident();
    expect(names(decide(incident, escalated(incident, 2, 'P2'), CHANNELS))).toEqual(['slack']);
    const person = { incidentId: incident.id, sequence: 3, at: 1, by: 'lin' };
    expect(names(decide(incident, { ...person, type: 'acknowledged' }, CHANNELS))).toEqual(['slack']);
    expect(decide(incident, { ...person, type: 'noted', text: 'x' }, CHANNELS)).toEqual([]);
  });
});

describe('whether news of a shared peer is news', () => {
  const peer = (service: string, slow: number) =>
    aSuspect({ kind: 'dependency', service, peer: 'db', ...(slow > 1 && { callers: { slow, all: 9 } }) });
  const now = (suspect: ReturnType<typeof peer>) => ({ severity: 'P1' as const, suspects: [suspect] });

  it('another caller that shows it best, or more of them, is none', () => {
    expect(needsUpdate(now(peer('cart', 2)), now(peer('stock', 7)))).toBeUndefined();
    expect(needsUpdate(now(peer('cart', 2)), now(peer('stock', 1)))).toBeUndefined();
  });

  it('that it is shared is', () => {
    expect(needsUpdate(now(peer('cart', 1)), now(peer('cart', 2)))).toBe('the first suspect changed');
    expect(needsUpdate(now(peer('cart', 2)), now(aSuspect()))).toBe('the first suspect changed');
  });
});

describe('whether an update is news', () => {
  const suspect = (service: string, share: number) => aSuspect({ service, share });
  const at = (severity: 'P1' | 'P2', shares: Record<string, number>) => ({
    severity,
    suspects: Object.entries(shares).map(([service, share]) => suspect(service, share)),
  });
  const changed = 'the first suspect changed';
  it.each([
    ['nothing changed', at('P2', { a: 0.6, b: 0.2 }), at('P2', { a: 0.6, b: 0.2 }), undefined],
    ['shares alone changed', at('P2', { a: 0.6, b: 0.2 }), at('P2', { a: 0.5, b: 0.1 }), undefined],
    ['the third changed', at('P2', { a: 0.6, b: 0.2, c: 0.1 }), at('P2', { a: 0.6, b: 0.2 }), undefined],
    ['it got milder', at('P1', { a: 0.6 }), at('P2', { a: 0.6 }), undefined],
    [
      'two close ones changed places',
      at('P2', { a: 0.4, b: 0.39 }),
      at('P2', { b: 0.4, a: 0.39 }),
      undefined,
    ],
    ['a listed one came close', at('P2', { a: 0.6, b: 0.2 }), at('P2', { a: 0.4, b: 0.35 }), undefined],
    ['the severity rose', at('P2', { a: 0.6 }), at('P1', { a: 0.6 }), 'severity rose from P2'],
    [
      'a distant second became the first',
      at('P2', { a: 0.6, b: 0.2 }),
      at('P2', { b: 0.6, a: 0.2 }),
      changed,
    ],
    ['a stranger became the first', at('P2', { a: 0.6 }), at('P2', { c: 0.6, a: 0.2 }), changed],
    ['a first came where none was', at('P2', {}), at('P2', { a: 0.6 }), changed],
    [
      'a stranger came close',
      at('P2', { a: 0.6, b: 0.2 }),
      at('P2', { a: 0.4, c: 0.38 }),
      'another suspect is as likely',
    ],
  ])('when %s', (_, known, now, reason) => expect(needsUpdate(known, now)).toBe(reason));
});
