export type { PullConfig } from './pull-config.ts';
export { createPullSource, type PullNext } from './pull-source.ts';
export { createPullMetrics } from './pull-metrics.ts';
export type { ReadSlice, Slice, SliceOutcome, SliceReader } from './slice-reader.ts';
export { pause, SliceWalk } from './slice-walk.ts';
export { eventOrder } from './event-order.ts';
export { throughOf } from './pull-cursor.ts';
