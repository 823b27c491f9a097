import type { Incident, IncidentEvent } from '../domain/incident.ts';
import type { Logger } from '../runtime/index.ts';

/** A line an event, but for updates, of which there are many. */
export function logEvent(logger: Logger, incident: Incident, event: IncidentEvent): void {
  if (event.type === 'updated') return;
  const { severity, finalSuspects } = incident;
  const suspect = finalSuspects[0]?.service;
  logger.info({ incident: incident.id, severity, suspect, event: event.type }, `incident ${event.type}`);
}
