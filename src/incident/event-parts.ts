import type { Incident, Severity } from '../domain/incident.ts';
import type { Observation } from './port.ts';

type Firing = readonly (readonly [number, number])[];

/** What an event says of what was judged. */
export function judgedPart(
  observation: Observation,
  severity: Severity,
  firing: Firing,
): Pick<Observation, 'suspects' | 'evidence' | 'exemplars' | 'harm' | 'changes'> & {
  severity: Severity;
  firing: Firing;
} {
  const { suspects, evidence, exemplars, harm, changes } = observation;
  return { severity, suspects, evidence, exemplars, harm, firing, ...(changes && { changes }) };
}

/** The last interval grows; a new one begins after a break. */
export function extended(firing: Firing, { fromMs, toMs }: Observation): Firing {
  const last = firing.at(-1);
  if (last === undefined || fromMs > last[1]) return [...firing, [fromMs, toMs]];
  return [...firing.slice(0, -1), [last[0], Math.max(last[1], toMs)]];
}

/** What each event of an incident begins with; times never go back. */
export function base(
  { incident, lastEventMs }: { readonly incident: Incident; readonly lastEventMs: number },
  nowMs: number,
): { incidentId: string; sequence: number; at: number } {
  return { incidentId: incident.id, sequence: incident.revision + 1, at: Math.max(nowMs, lastEventMs) };
}
