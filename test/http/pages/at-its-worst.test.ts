import { describe, expect, it } from 'vitest';
import { atItsWorst } from '../../../src/http/pages/at-its-worst.ts';
import {
  anIncident,
  judged,
  opened,
  OPENED_AT,
  someEvidence,
  updated,
} from '../../doubles/incident-story.ts';

const of = (observed: number) => ({ evidence: [someEvidence({ observed })] });
const shown = (...args: Parameters<typeof atItsWorst>): number => atItsWorst(...args).evidence[0].observed;

describe('an incident at its worst', () => {
  const incident = anIncident(of(60_000));

  it('has the figures that lay furthest from normal, whichever event told them', () => {
    const events = [opened(anIncident(of(350_000))), updated(incident, 2, of(120_000))];
    expect(shown(incident, events)).toBe(350_000);
    expect(shown(incident, events.slice(1))).toBe(120_000);
    expect(shown(incident, [])).toBe(60_000);
  });

  it('forgets what was before it came back', () => {
    const again = {
      ...({ type: 'reopened', incidentId: incident.id, sequence: 3, at: OPENED_AT + 1 } as const),
      ...judged(of(90_000)),
    };
    expect(shown(incident, [opened(anIncident(of(350_000))), again])).toBe(90_000);
  });

  it('leaves components alone that it does not show any more', () => {
    const other = anIncident({ evidence: [someEvidence({ component: 'self(cart, Get)', observed: 1 })] });
    expect(atItsWorst(incident, [opened(other)]).evidence).toEqual(incident.evidence);
  });
});
