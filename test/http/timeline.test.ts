import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../src/domain/incident.ts';
import type { Suspect } from '../../src/domain/suspect.ts';
import { timelineView } from '../../src/http/incident-view.ts';
import { headline } from '../../src/sink/incident-fields.ts';
import { anIncident, aSuspect, opened, updated } from '../doubles/incident-story.ts';

const peer = (service: string): Suspect =>
  aSuspect({ kind: 'dependency', cause: 'dependency', service, peer: 'db', callers: { slow: 2, all: 9 } });

describe('a shared peer', () => {
  const incident = anIncident({ suspects: [peer('cart')], finalSuspects: [peer('cart')] });

  it('is the same in a timeline, whichever of its callers shows it best', () => {
    const events = [opened(incident), updated(incident, 2, { suspects: [peer('stock')] })];
    expect(timelineView(events as IncidentEvent[])).toMatchObject([{ type: 'opened', suspect: 'db' }]);
  });

  it('is what a table of incidents says', () => {
    expect(headline(incident)).toBe('P1 db: dependency (open)');
    const [{ callers: _shared, ...own }] = [peer('cart')];
    expect(headline({ ...incident, finalSuspects: [own] })).toBe('P1 cart -> db: dependency (open)');
  });
});
