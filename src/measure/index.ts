export { criticalPath, type PathSection } from './critical-path.ts';
export { EntryReachCounter, rootOf } from './entry-reach.ts';
export { Measurer } from './measurer.ts';
export type { SkewOffset } from './skew.ts';
export { SpanTree } from './span-tree.ts';
export { TypicalTraceRing } from './typical-traces.ts';
