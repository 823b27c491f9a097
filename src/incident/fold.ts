import type { Incident, IncidentEvent, Opening } from '../domain/incident.ts';

/**
 * The state of an incident is the fold of its events, in order of `sequence`. Throws on an event out of order, or a
 * first event that is not `opened`: a store that lost one must not go unnoticed.
 */
export function foldEvent(incident: Incident | undefined, event: IncidentEvent): Incident {
  if (incident === undefined) return open(event);
  if (event.sequence !== incident.revision + 1) {
    throw new Error(
      `event ${event.sequence} of incident ${incident.id} does not follow ${incident.revision}`,
    );
  }
  const lastChange = event.type === 'updated' ? (incident.lastChange ?? incident.revision) : event.sequence;
  return { ...apply(incident, event), revision: event.sequence, lastChange };
}

function open(event: IncidentEvent): Incident {
  if (event.type !== 'opened' || event.sequence !== 1) {
    throw new Error(`incident ${event.incidentId} begins with event ${event.sequence} "${event.type}"`);
  }
  return {
    id: event.incidentId,
    fingerprint: event.fingerprint,
    state: 'open',
    revision: 1,
    lastChange: 1,
    openedAt: event.at,
    startedAt: event.startedAt,
    resolvedAt: null,
    severity: event.severity,
    openings: [{ openedAt: event.at, resolvedAt: null, severity: event.severity, suspects: event.suspects }],
    firing: event.firing,
    suspects: event.suspects,
    finalSuspects: event.suspects,
    evidence: event.evidence,
    exemplars: event.exemplars,
    harm: event.harm,
    ...(event.changes && { changes: event.changes }),
    notes: [],
  };
}

function apply(incident: Incident, event: IncidentEvent): Incident {
  switch (event.type) {
    case 'opened':
      throw new Error(`incident ${incident.id} is opened twice`);
    case 'updated':
    case 'escalated':
      return {
        ...judged(incident, event),
        openings: withLastOpening(incident, { severity: event.severity }),
      };
    case 'reopened':
      return {
        ...withoutOwner(judged(incident, event)),
        state: 'open',
        resolvedAt: null,
        openings: [
          ...incident.openings,
          { openedAt: event.at, resolvedAt: null, severity: event.severity, suspects: event.suspects },
        ],
      };
    case 'resolved':
      return {
        ...incident,
        state: 'resolved',
        resolvedAt: event.at,
        firing: event.firing,
        openings: withLastOpening(incident, { resolvedAt: event.at }),
        ...(event.by === undefined ? {} : { resolvedBy: event.by }),
      };
    case 'acknowledged':
      return {
        ...incident,
        state: incident.state === 'open' ? 'acknowledged' : incident.state,
        acknowledgedBy: event.by,
      };
    case 'noted':
      return { ...incident, notes: [...incident.notes, { at: event.at, by: event.by, text: event.text }] };
    case 'feedback': {
      const { at, by, verdict } = event;
      return { ...incident, feedback: [...(incident.feedback ?? []), { at, by, verdict }] };
    }
  }
}

/** Whoever took or ended the last opening has not taken this one. */
function withoutOwner({ acknowledgedBy: _taken, resolvedBy: _ended, ...rest }: Incident): Incident {
  return rest;
}

type JudgedEvent = Extract<IncidentEvent, { severity: unknown }>;

function judged(incident: Incident, event: JudgedEvent): Incident {
  const { changes, ...rest } = incident;
  // What led to an opening is not unsaid by later figures; a reopening has causes of its own.
  const led = event.changes ?? (event.type === 'reopened' ? undefined : changes);
  return {
    ...rest,
    ...(led && { changes: led }),
    severity: event.severity,
    finalSuspects: event.suspects,
    evidence: event.evidence,
    exemplars: event.exemplars,
    harm: event.harm,
    firing: event.firing,
  };
}

function withLastOpening(incident: Incident, change: Partial<Opening>): readonly Opening[] {
  return incident.openings.map((opening, i) =>
    i === incident.openings.length - 1 ? { ...opening, ...change } : opening,
  );
}
