import { broker } from './kafka-ways.ts';
import { jaeger } from './jaeger-ways.ts';
import { sender } from './grpc-way.ts';
import type { Place } from './way.ts';

export { capturedInput, simulatedInput, type SourceInput } from './input.ts';
export { cutTimes } from './kept-times.ts';
export { replayed, runWay, type WayRun } from './run-way.ts';
export { type Compared, compareIncidents } from './compare.ts';
export type { Place, Way } from './way.ts';

/** The controls first: they say what may differ in the others. */
export const PLACES: readonly Place[] = [sender, broker, jaeger];
