import type { Evidence, Exemplar } from '../domain/evidence.ts';
import type { Harm, Incident, IncidentNews, Severity } from '../domain/incident.ts';
import type { Suspect } from '../domain/suspect.ts';
import type { Catalogue, TraceKind } from './catalogue.ts';

/** What the parts of a message are made from: the incident as this event leaves it. */
export interface Situation {
  readonly first: boolean;
  readonly incident: Incident;
  readonly event: IncidentNews;
  readonly texts: Catalogue;
  readonly suspects: readonly Suspect[];
  readonly evidence: readonly Evidence[];
  readonly exemplars: readonly Exemplar[];
  readonly harm: Harm;
  readonly severity: Severity;
  /** The first suspect's name, or "A or B" when the first two are close. */
  readonly name: string;
  /** The same with its environment and namespace, for the title. */
  readonly titledName: string;
  readonly unsure: boolean;
  /** What the exemplars show. */
  readonly traceKind: TraceKind;
  readonly startedAt: number;
  /** When it stopped being anomalous: for a resolved one before the event, which waited for calm. */
  readonly endedAt: number;
  /** Since when, short enough for a title. */
  readonly since: string;
}
