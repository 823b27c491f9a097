export { ComponentMetrics, type ComponentMetricsParts } from './component-metrics.ts';
export { exposeDeploys } from './deploy-metrics.ts';
export { exposeParts } from './part-metrics.ts';
export type { SeriesLimits } from './places.ts';
export { createSelfMetrics } from './self-metrics.ts';
export { StatusCounts } from './status-counts.ts';
export { TraceDurations } from './trace-durations.ts';
