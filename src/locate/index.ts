export { COLD, HOT } from './describe.ts';
export { CAUSES_A_SUSPECT, Locator } from './locator.ts';
export type { Finding } from './port.ts';
export { traceNeighbours } from './trace-neighbours.ts';
