export { mergeSummaries } from './merge.ts';
export { ShardWindows } from './shard-windows.ts';
export { Summariser, type SummariserOptions } from './summariser.ts';
