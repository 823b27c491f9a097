import { broker } from './kafka-ways.ts';
import { jaeger } from './jaeger-ways.ts';
import { sender } from './grpc-way.ts';
import type { Place } from './way.ts';

export { capturedInput, simulatedInput, type SourceInput } from './input.ts';
export { replayed, runWay, type WayResult } from './run-way.ts';
export type { Compared } from './compare.ts';
export type { Place, Way } from './way.ts';

export const PLACES: readonly Place[] = [jaeger, broker, sender];
