export { VersionChanges, type VersionChangesState } from './version-changes.ts';
export { evidenceOf, observeFinding, type ObservationContext } from './observe-finding.ts';
