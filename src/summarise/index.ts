export { mergeSummaries } from './merge.ts';
export { ShardWindows } from './shard-windows.ts';
export type { Topped } from './trace-parts.ts';
export { Summariser, type SummariserOptions } from './summariser.ts';
