export { Measurer } from './measurer.ts';
export { criticalPath, type PathSection } from './critical-path.ts';
export { SpanTree } from './span-tree.ts';
