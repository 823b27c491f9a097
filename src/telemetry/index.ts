export { createSelfMetrics } from './self-metrics.ts';
