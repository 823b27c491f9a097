import { collectDefaultMetrics } from 'prom-client';
import type { Runtime } from '../runtime/index.ts';

/**
 * What the process says of itself beside the rooms' own metrics: CPU, memory, event-loop lag, garbage collection, file
 * descriptors (prom-client's standard set, under their standard names) and `spanwatch_build_info`. Called again with
 * the same runtime, it changes nothing.
 */
export function createSelfMetrics(runtime: Runtime, build: { readonly version: string }): void {
  const { registry } = runtime.metrics;
  if (registry.getSingleMetric('process_start_time_seconds') === undefined)
    collectDefaultMetrics({ register: registry });
  runtime.metrics
    .gauge('spanwatch_build_info', 'Always 1; the labels say what runs.', ['version', 'node'])
    .set({ version: build.version, node: process.versions.node }, 1);
}
