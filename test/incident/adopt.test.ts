import { describe, expect, it } from 'vitest';
import type { Incident, IncidentEvent } from '../../src/domain/incident.ts';
import { DEFAULT_INCIDENT_OPTIONS, IncidentKeeper } from '../../src/incident/index.ts';
import type { Observation } from '../../src/incident/port.ts';

const START = Date.UTC(2026, 0, 5, 9, 0, 0);

/** One hot component of `payment` in the ten seconds from `seconds`, known 8 s later. */
function observation(seconds: number): Observation {
  const fromMs = START + seconds * 1000;
  const component = 'self(payment, Charge)';
  return {
    fromMs,
    toMs: fromMs + 10_000,
    fingerprint: 'service payment',
    score: 30,
    lead: 10,
    suspects: [],
    evidence: [],
    hot: [{ component, weight: 30 }],
    exemplars: [],
    harm: { share: 0.5, entries: [] },
  };
}

function process() {
  const events: IncidentEvent[] = [];
  const incidents = new Map<string, Incident>();
  const keeper = new IncidentKeeper(DEFAULT_INCIDENT_OPTIONS, (incident, event) => {
    events.push(event);
    incidents.set(incident.id, incident);
  });
  const watch = (from: number, to: number, hot: boolean): void => {
    for (let at = from; at < to; at += 10)
      keeper.observe(hot ? [observation(at)] : [], START + (at + 18) * 1000);
  };
  return { keeper, events, incidents, watch, types: () => events.map(({ type }) => type) };
}

describe('after a restart', () => {
  it('an open incident goes on under its id and resolves', () => {
    const first = process();
    first.watch(0, 60, true);
    const left = [...first.incidents.values()];
    const second = process();
    second.keeper.adopt(left);
    second.watch(60, 90, true);
    second.watch(90, 300, false);
    expect(new Set(second.types())).toEqual(new Set(['updated', 'resolved']));
    expect([...second.incidents.keys()]).toEqual(left.map(({ id }) => id));
    const sequences = [...first.events, ...second.events].map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, i) => i + 1));
  });

  it('an open incident that shows nothing more resolves by itself', () => {
    const first = process();
    first.watch(0, 60, true);
    const second = process();
    second.keeper.adopt([...first.incidents.values()]);
    second.watch(60, 200, false);
    expect(second.types()).toEqual(['resolved']);
  });

  it('one that was resolved lately reopens, one resolved long ago does not', () => {
    const first = process();
    first.watch(0, 30, true);
    first.watch(30, 200, false);
    const left = [...first.incidents.values()];
    const soon = process();
    soon.keeper.adopt(left);
    soon.watch(400, 410, true);
    expect(soon.types()).toEqual(['reopened']);
    const late = process();
    late.keeper.adopt(left);
    late.watch(2000, 2010, true);
    expect(late.types()).toEqual(['opened']);
  });

  it('one from later than now, of another run over the same capture, stays closed', () => {
    const first = process();
    first.watch(600, 630, true);
    first.watch(630, 800, false);
    const again = process();
    again.keeper.adopt([...first.incidents.values()]);
    again.watch(0, 10, true);
    expect(again.types()).toEqual(['opened']);
  });
});
