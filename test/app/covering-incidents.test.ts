import { describe, expect, it } from 'vitest';
import { CoveringIncidents } from '../../src/app/covering-incidents.ts';
import type { Incident, IncidentEvent, Opening, Severity } from '../../src/domain/incident.ts';
import type { Suspect } from '../../src/domain/suspect.ts';

const suspect = (service: string, more: Partial<Suspect> = {}): Suspect => ({
  kind: 'service',
  ...{ environment: '', namespace: '', service, component: `self(${service}, Run)` },
  ...{ share: 1, cause: 'code', because: [], against: [] },
  ...more,
});

const opening = (openedAt: number, resolvedAt: number | null, severity: Severity = 'P1'): Opening => ({
  ...{ openedAt, resolvedAt, severity },
  suspects: [],
});

function incident(
  id: string,
  about: Suspect,
  { openings, firing }: { openings: Opening[]; firing: [number, number][] },
): Incident {
  return {
    ...{ id, fingerprint: id, state: 'open', revision: 1, severity: 'P1', openings, firing },
    openedAt: openings[0].openedAt,
    startedAt: firing[0][0],
    resolvedAt: openings.at(-1)?.resolvedAt ?? null,
    ...{ suspects: [about], finalSuspects: [about], exemplars: [], notes: [] },
    evidence: [
      {
        ...{
          component: about.component,
          kind: 'self',
          observed: 9000,
          expected: 1000,
          unit: 'us',
          p: 0.1,
          z: 5,
        },
        ...{ effect: 9, direction: 'up', count: 9, fromMs: 0, toMs: 1 },
      },
    ],
    harm: { share: 0, entries: [] },
  };
}

const opened = (of: Incident, type: 'opened' | 'updated' = 'opened'): IncidentEvent => ({
  ...{ incidentId: of.id, sequence: 1, at: of.openedAt, fingerprint: of.id, startedAt: of.startedAt },
  ...{ type, severity: of.severity, suspects: of.suspects, evidence: of.evidence },
  ...{ exemplars: [], harm: of.harm, firing: of.firing },
});

function kept(...incidents: Incident[]): CoveringIncidents {
  const covering = new CoveringIncidents();
  for (const each of incidents) covering.onEvent(each, opened(each));
  return covering;
}

const pay = incident('pay', suspect('pay'), {
  openings: [opening(130_000, 400_000, 'P2'), opening(730_000, null, 'P0')],
  firing: [
    [100_000, 160_000],
    [200_000, 300_000],
    [700_000, 800_000],
  ],
});

describe('a trace lies in an incident', () => {
  it.each([
    [100_000, 100_000],
    [180_000, 100_000],
    [309_000, 100_000],
    [705_000, 700_000],
  ])('at %i, since %i', (atMs, fromMs) => {
    expect(kept(pay).covering(atMs, suspect('pay'))).toMatchObject({ fromMs, incident: { id: 'pay' } });
  });

  it.each([99_000, 311_000, 500_000, 690_000, 811_000])('not at %i', (atMs) => {
    expect(kept(pay).covering(atMs, suspect('pay'))).toBeUndefined();
  });

  it('from where it stands out already, just before', () => {
    expect(kept(pay).covering(95_000, suspect('pay'), 90_000)?.fromMs).toBe(90_000);
    expect(kept(pay).covering(280_000, suspect('pay'), 250_000)?.fromMs).toBe(100_000);
    expect(kept(pay).covering(480_000, suspect('pay'), 470_000)).toBeUndefined();
  });

  it('of that opening’s own time and severity', () => {
    const { incident: first } = kept(pay).covering(150_000, suspect('pay')) ?? {};
    expect(first).toMatchObject({ severity: 'P2', openedAt: 130_000 });
    const { incident: second } = kept(pay).covering(750_000, suspect('pay')) ?? {};
    expect(second).toMatchObject({ severity: 'P0', openedAt: 730_000 });
  });

  it('that is about its suspect, or else about its loudest component, and about nothing else', () => {
    const cart = incident('cart', suspect('cart', { component: 'self(pay, Run)' }), {
      openings: [opening(130_000, null)],
      firing: [[100_000, 200_000]],
    });
    expect(kept(cart, pay).covering(150_000, suspect('pay'))?.incident.id).toBe('pay');
    expect(kept(cart).covering(150_000, suspect('pay'))?.incident.id).toBe('cart');
    expect(kept(cart).covering(150_000, suspect('pay', { component: 'self(pay, Other)' }))).toBeUndefined();
    const elsewhere = suspect('pay', { environment: 'staging', component: 'self(pay@staging/, Run)' });
    expect(kept(pay).covering(150_000, elsewhere)).toBeUndefined();
    const bank = suspect('pay', { kind: 'dependency', peer: 'bank', component: 'dependency(pay -> bank)' });
    expect(kept(pay).covering(150_000, bank)).toBeUndefined();
  });

  it('told as it was when it opened, whatever its figures are later', () => {
    const covering = kept(pay);
    const faded = { ...pay, evidence: [], finalSuspects: [] };
    covering.onEvent(faded, { ...opened(faded, 'updated'), evidence: [] } as IncidentEvent);
    expect(covering.covering(150_000, suspect('pay'))?.incident.evidence).toHaveLength(1);
  });

  it('none that is over for an hour', () => {
    const old = { ...pay, resolvedAt: 900_000, openings: [opening(130_000, 900_000)] };
    const covering = kept(old);
    const later = incident('late', suspect('late'), {
      openings: [opening(5_000_000, null)],
      firing: [[4_900_000, 5_000_000]],
    });
    covering.onEvent(later, opened(later));
    expect(covering.covering(150_000, suspect('pay'))).toBeUndefined();
  });
});
