export type { CompiledForest } from './compiled-forest.ts';
export { fitForest, type FitOptions } from './fit.ts';
export { fitForestInWorker } from './fit-in-worker.ts';
export { forestFromJson, forestToJson, type ForestData, type ForestOutcome } from './forest-data.ts';
export { RecentFeatures } from './recent-features.ts';
export { refitForests } from './refit.ts';
export { TraceSample } from './trace-sample.ts';
export { type EntryForest, fitEntryForests, OUTLIER_QUANTILE, TraceScorer } from './trace-scorer.ts';
export { TRACE_FEATURES, traceFeatures } from './trace-features.ts';
