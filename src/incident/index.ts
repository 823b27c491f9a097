export { MOST_BY_LENGTH, MOST_NOTE_LENGTH } from './command.ts';
export { foldEvent } from './fold.ts';
export { IncidentKeeper } from './keeper.ts';
export { DEFAULT_INCIDENT_OPTIONS, type IncidentOptions } from './options.ts';
export type { Observation } from './port.ts';
export { isWorse, severityOf } from './severity.ts';
