import type { Incident } from '../domain/incident.ts';

/** An incident as the API says it: the domain's own, times as RFC 3339 in UTC. Texts may come from spans: data, not markup. */
export function incidentView(incident: Incident): object {
  return {
    ...incident,
    openedAt: time(incident.openedAt),
    startedAt: time(incident.startedAt),
    resolvedAt: timeOrNull(incident.resolvedAt),
    openings: incident.openings.map((opening) => ({
      ...opening,
      openedAt: time(opening.openedAt),
      resolvedAt: timeOrNull(opening.resolvedAt),
    })),
    firing: incident.firing.map(([from, to]) => [time(from), time(to)]),
    evidence: incident.evidence.map(({ fromMs, toMs, ...evidence }) => ({
      ...evidence,
      from: time(fromMs),
      to: time(toMs),
    })),
    notes: incident.notes.map((note) => ({ ...note, at: time(note.at) })),
  };
}

function time(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function timeOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : time(epochMs);
}
