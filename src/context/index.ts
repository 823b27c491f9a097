export { evidenceOf, observeFinding, type ObservationContext } from './observe-finding.ts';
