import type { Registry } from 'prom-client';
import { OPEN_METRICS_TYPE, renderOpenMetrics } from '../open-metrics.ts';
import type { ApiBook } from '../operation.ts';

/** `/metrics` in the Prometheus text format, or in OpenMetrics 1.0 for those who accept it. */
export function metricsRoutes(api: ApiBook, registry: Registry): void {
  api.add(
    {
      method: 'GET',
      path: '/metrics',
      id: 'getMetrics',
      tag: 'metrics',
      summary: 'Prometheus text, or OpenMetrics 1.0 with exemplars for those who accept it',
      answers: { 200: { description: 'All metrics.', type: 'text/plain' } },
    },
    async ({ request, reply }) => {
      if (request.headers.accept?.includes('application/openmetrics-text') === true)
        return reply.type(OPEN_METRICS_TYPE).send(await renderOpenMetrics(registry));
      return reply.type(registry.contentType).send(await registry.metrics());
    },
  );
}
