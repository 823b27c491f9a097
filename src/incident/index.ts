export { MOST_BY_LENGTH, MOST_NOTE_LENGTH } from './command.ts';
export { foldEvent } from './fold.ts';
export { DEFAULT_INCIDENT_OPTIONS, IncidentKeeper, type IncidentOptions } from './keeper.ts';
export type { Observation } from './port.ts';
export { isWorse, severityOf } from './severity.ts';
