import type { Harm, Incident, Severity } from '../domain/incident.ts';
import { DEFAULT_INCIDENT_OPTIONS } from './options.ts';
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

/** Since when the last opening has been firing, epoch ms: what fired before it was calm for at least as long as resolving takes. */
export function firingSince({ openings, firing, startedAt }: Incident): number {
  const openedAt = openings.at(-1)?.openedAt ?? startedAt;
  return (
    firing.find(([, toMs]) => toMs > openedAt - DEFAULT_INCIDENT_OPTIONS.resolveAfterMs)?.[0] ?? startedAt
  );
}

/** The strongest observation, the newest of those alike, and who was hurt at it. */
export function peakOf(
  { peak, harm = peak?.harm }: { readonly peak: Observation | undefined; readonly harm?: Harm | undefined },
  observation: Observation,
): { peak: Observation; harm: Harm } {
  if (peak !== undefined && observation.score < peak.score) return { peak, harm: harm ?? peak.harm };
  // As loud by windows that are calm again: that is how it fades, and hurts nobody as it did.
  const isFading = observation.score === peak?.score && observation.toMs <= peak.toMs;
  return { peak: observation, harm: isFading && harm !== undefined ? harm : observation.harm };
}
