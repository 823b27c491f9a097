import type { Freeze } from '../baseline/index.ts';
import type { Incident } from '../domain/incident.ts';
import type { Names } from '../domain/names.ts';
import { accusedServices } from './accused-services.ts';

/** An incident's services are not learned from this long before it started until this long after its last firing. */
const FREEZE_BEFORE_MS = 60_000;
const FREEZE_AFTER_MS = 240_000;

/** What is not learned because an incident covers it; undefined while it never fired, or hurts nobody (P3). */
export function freezeOf(incident: Incident, names: Names): Freeze | undefined {
  const last = incident.firing.at(-1);
  if (last === undefined || incident.severity === 'P3') return undefined;
  return {
    fromMs: incident.startedAt - FREEZE_BEFORE_MS,
    toMs: last[1] + FREEZE_AFTER_MS,
    services: accusedServices(incident, names),
  };
}
