import type { Incident } from '../domain/incident.ts';

/** What the API reads incidents from; a `Store` is one. */
export interface IncidentReader {
  /** Newest opening first; `beforeMs` pages back by `openedAt`. */
  incidents(page: { readonly limit: number; readonly beforeMs?: number }): Promise<readonly Incident[]>;
  /** All that are not resolved, oldest first. */
  openIncidents(): Promise<readonly Incident[]>;
  incident(id: string): Promise<Incident | undefined>;
}

/** `reasons` say what is missing, in our words: no secret, no text of a span. */
export interface Readiness {
  readonly ok: boolean;
  readonly reasons: readonly string[];
}

/** What the server answers from. Called for each request: cheap, and never throwing by contract. */
export interface HttpParts {
  /** Whether spans are taken and incidents can be told. */
  ready(): Readiness;
  /** The process as people ask about it: JSON, without secrets. */
  status(): object;
  readonly incidents: IncidentReader;
}
