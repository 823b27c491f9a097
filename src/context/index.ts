export { observeFinding, type ObservationContext } from './observe-finding.ts';
