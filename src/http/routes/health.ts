import type { FastifyInstance } from 'fastify';
import type { HttpParts } from '../port.ts';

/** `/healthz`: the process answers. `/readyz`: 200 when it can do its work, 503 with the reasons when not. */
export function healthRoutes(server: FastifyInstance, parts: Pick<HttpParts, 'ready'>): void {
  server.get('/healthz', () => ({ ok: true }));
  server.get('/readyz', (_request, reply) => {
    const { ok, reasons } = parts.ready();
    return reply.code(ok ? 200 : 503).send({ ok, reasons });
  });
}
