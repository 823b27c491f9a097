import type { Evidence } from '../../domain/evidence.ts';
import type { Incident, IncidentEvent } from '../../domain/incident.ts';

/**
 * The incident with each piece of evidence as it was when it lay furthest from normal since the last opening. What the
 * incident itself carries is its strongest observation, which may look back two minutes and so average the fault with the
 * calm before it: true, and much smaller than what people feel.
 */
export function atItsWorst(incident: Incident, events: readonly IncidentEvent[]): Incident {
  const from = events.findLastIndex(({ type }) => type === 'opened' || type === 'reopened');
  const worst = new Map<string, Evidence>();
  const offer = (piece: Evidence): void => {
    const known = worst.get(piece.component);
    if (known === undefined || distance(piece) > distance(known)) worst.set(piece.component, piece);
  };
  incident.evidence.forEach(offer);
  for (const event of events.slice(Math.max(0, from))) if ('evidence' in event) event.evidence.forEach(offer);
  return { ...incident, evidence: incident.evidence.map((piece) => worst.get(piece.component) ?? piece) };
}

function distance({ observed, expected }: Evidence): number {
  return Math.abs(observed - expected);
}
