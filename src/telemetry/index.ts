export { createSelfMetrics } from './self-metrics.ts';
export { TraceDurations } from './trace-durations.ts';
