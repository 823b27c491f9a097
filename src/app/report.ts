import { isWorse } from '../incident/index.ts';
import type { Incident, Severity } from '../domain/incident.ts';
import type { Report, ReportIncident } from '../domain/report.ts';

/** Epoch milliseconds as RFC 3339, UTC. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}

/** `spanwatch-report/1` (docs/report.schema.json). Incidents by opening. */
export function buildReport(
  parts: Omit<Report, 'format' | 'incidents'>,
  incidents: readonly Incident[],
): Report {
  const sorted = incidents.toSorted((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1));
  return { format: 'spanwatch-report/1', ...parts, incidents: sorted.map(reportIncident) };
}

/** Openings and reopenings that count against the budget: P0 to P2. */
export function countedOpenings(incidents: readonly Incident[]): number {
  return incidents.reduce(
    (sum, { openings }) => sum + openings.filter((o) => isWorse(o.severity, 'P3')).length,
    0,
  );
}

/** The worst of all openings. */
function worstOf({ severity, openings }: Incident): Severity {
  return openings.reduce(
    (worst, opening) => (isWorse(opening.severity, worst) ? opening.severity : worst),
    severity,
  );
}

function reportIncident(incident: Incident): ReportIncident {
  return {
    id: incident.id,
    openedAt: timestamp(incident.openedAt),
    startedAt: timestamp(incident.startedAt),
    resolvedAt: incident.resolvedAt === null ? null : timestamp(incident.resolvedAt),
    severity: worstOf(incident),
    openings: incident.openings.map((opening) => ({
      openedAt: timestamp(opening.openedAt),
      resolvedAt: opening.resolvedAt === null ? null : timestamp(opening.resolvedAt),
      severity: opening.severity,
      suspects: opening.suspects,
    })),
    firing: incident.firing.map(([from, to]) => [timestamp(from), timestamp(to)] as const),
    suspects: incident.suspects,
    finalSuspects: incident.finalSuspects,
    evidence: incident.evidence,
    exemplars: incident.exemplars,
  };
}
