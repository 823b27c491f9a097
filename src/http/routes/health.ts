import type { FastifyInstance } from 'fastify';
import type { Access, AccessRequest } from '../access.ts';
import type { HttpParts } from '../port.ts';

/**
 * `/healthz`: the process answers. `/readyz`: 200 when it can do its work, 503 when not; the reasons are for those who
 * may ask everything else, since probes come without a token.
 */
export function healthRoutes(
  server: FastifyInstance,
  parts: Pick<HttpParts, 'ready'>,
  access: (request: AccessRequest) => Access,
): void {
  server.get('/healthz', () => ({ ok: true }));
  server.get('/readyz', (request, reply) => {
    const { ok, reasons } = parts.ready();
    const { authorization, host } = request.headers;
    const trusted = access({ authorization, host }).kind === 'granted';
    return reply.code(ok ? 200 : 503).send(trusted ? { ok, reasons } : { ok });
  });
}
