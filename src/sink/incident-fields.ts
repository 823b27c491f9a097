import type { Incident, Severity } from '../domain/incident.ts';
import type { Suspect } from '../domain/suspect.ts';
import type { JsonValue } from '../runtime/index.ts';

export type Fields = { [field: string]: JsonValue };

/** 4 is worst, as `spanwatch_service_severity` has it. */
const RANK: Readonly<Record<Severity, number>> = { P0: 4, P1: 3, P2: 2, P3: 1 };
/** Of a list in a document: more is for the page of the incident. */
const MOST_LISTED = 20;

/** ISO 8601 in UTC, as ECS has its times. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** `service.*` of ECS: who is suspected first. */
export function serviceFields(suspect: Suspect | undefined): Fields {
  if (suspect === undefined) return {};
  return {
    name: suspect.service,
    ...(suspect.environment !== '' && { environment: suspect.environment }),
    ...(suspect.namespace !== '' && { namespace: suspect.namespace }),
    ...(suspect.version !== undefined && { version: suspect.version }),
    ...(suspect.instance !== undefined && { node: { name: suspect.instance } }),
  };
}

/** What every document about an incident says of it, under `spanwatch.incident`. */
export function incidentFields(incident: Incident): Fields {
  const rank = RANK[incident.severity];
  return {
    id: incident.id,
    state: incident.state,
    severity: incident.severity,
    severity_rank: rank,
    active_rank: incident.state === 'resolved' ? 0 : rank,
    revision: incident.revision,
    openings: incident.openings.length,
    fingerprint: incident.fingerprint,
    hurt_ratio: incident.harm.share,
    ...(incident.acknowledgedBy !== undefined && { acknowledged_by: incident.acknowledgedBy }),
    ...(incident.resolvedBy !== undefined && { resolved_by: incident.resolvedBy }),
  };
}

export function suspectFields(suspects: readonly Suspect[]): Fields {
  const first = suspects.at(0);
  if (first === undefined) return { suspects: [] };
  return {
    suspect: {
      kind: first.kind,
      cause: first.cause,
      share: first.share,
      component: first.component,
      ...(first.operation !== undefined && { operation: first.operation }),
      ...(first.peer !== undefined && { peer: first.peer }),
    },
    suspects: suspects.slice(0, MOST_LISTED).map(({ service }) => service),
  };
}

/** In plain English, for a table or an annotation; channels say it better and in two languages. */
export function headline({ severity, finalSuspects, state }: Incident): string {
  const first = finalSuspects.at(0);
  const who =
    first === undefined
      ? 'unknown'
      : first.peer === undefined
        ? first.service
        : first.callers === undefined
          ? `${first.service} -> ${first.peer}`
          : first.peer;
  return `${severity} ${who}: ${first?.cause ?? 'unknown'} (${state})`;
}

/** One incident, one document: replaced as it changes. */
export function incidentBody(incident: Incident, trace: readonly string[]): Fields {
  const { openedAt, startedAt, resolvedAt, harm } = incident;
  return {
    '@timestamp': isoTime(openedAt),
    message: headline(incident),
    event: {
      kind: 'alert',
      dataset: 'spanwatch.incident',
      start: isoTime(startedAt),
      ...(resolvedAt !== null && { end: isoTime(resolvedAt), duration: (resolvedAt - startedAt) * 1e6 }),
    },
    service: serviceFields(incident.finalSuspects.at(0)),
    ...(trace.length > 0 && { trace: { id: [...trace] } }),
    spanwatch: {
      incident: {
        ...incidentFields(incident),
        ...suspectFields(incident.finalSuspects),
        entries: harm.entries.map(({ service, operation }) => `${service} ${operation}`),
        notes: incident.notes.slice(-MOST_LISTED).map(({ by, text }) => `${by}: ${text}`),
      },
    },
  };
}
