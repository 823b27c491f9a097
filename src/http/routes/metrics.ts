import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { OPEN_METRICS_TYPE, renderOpenMetrics } from '../open-metrics.ts';

/** `/metrics` in the Prometheus text format, or in OpenMetrics 1.0 for those who accept it. */
export function metricsRoutes(server: FastifyInstance, registry: Registry): void {
  server.get('/metrics', async (request, reply) => {
    if (request.headers.accept?.includes('application/openmetrics-text') === true)
      return reply.type(OPEN_METRICS_TYPE).send(await renderOpenMetrics(registry));
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}
