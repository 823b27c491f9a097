import type { FastifyInstance } from 'fastify';
import type { HttpParts } from '../port.ts';

export function statusRoutes(server: FastifyInstance, parts: Pick<HttpParts, 'status'>): void {
  server.get('/api/v1/status', () => parts.status());
}
