import type { Severity } from '../domain/incident.ts';
import type { Suspect } from '../domain/suspect.ts';

export interface IncidentOptions {
  /** The severity by the first suspect's service. A function of its arguments alone: recovery asks it again. */
  readonly tier?: (seen: Severity, suspect: Suspect | undefined) => Severity;
  /** Calm for this long resolves; half as long again with each reopening, so that flapping is one long incident. */
  readonly resolveAfterMs: number;
  /** The same first suspect within this time after resolving reopens the incident instead of making a new one. */
  readonly reopenWithinMs: number;
  /** An opening waits at most this long for one suspect to lead. */
  readonly ambiguousWaitMs: number;
}

export const DEFAULT_INCIDENT_OPTIONS: IncidentOptions = {
  // The longest scale looks back 120 s: calm for as long again is calm.
  resolveAfterMs: 120_000,
  reopenWithinMs: 900_000,
  // One more window names the culprit better than the first ten seconds; a second one named nobody better on a capture
  // (onlineboutique-0822: 16, 17 and 16 of 18 right with 10 s as with 20 s) and cost the slowest openings ten seconds.
  ambiguousWaitMs: 10_000,
};
