import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import type { ApiBook } from '../operation.ts';
import type { HttpParts } from '../port.ts';

const healthSchema = Type.Object({ ok: Type.Boolean() });
const readySchema = Type.Object({
  ok: Type.Boolean(),
  reasons: Type.Optional(Type.Array(Type.String(), { description: 'For those who may ask the rest.' })),
});

/**
 * `/healthz`: the process answers. `/readyz`: 200 when it can do its work, 503 when not; the reasons are for those who
 * may ask everything else, since probes come without a token.
 */
export function healthRoutes(
  api: ApiBook,
  parts: Pick<HttpParts, 'ready'>,
  trusts: (request: FastifyRequest) => boolean,
): void {
  const common = { method: 'GET', tag: 'probes', open: true } as const;
  api.add(
    {
      ...common,
      path: '/healthz',
      id: 'getHealth',
      summary: 'Whether the process answers',
      answers: { 200: { description: 'It does.', schema: healthSchema } },
    },
    () => ({ ok: true }),
  );
  api.add(
    {
      ...common,
      path: '/readyz',
      id: 'getReadiness',
      summary: 'Whether spans are taken',
      answers: {
        200: { description: 'They are.', schema: readySchema },
        503: { description: 'Not now.', schema: readySchema },
      },
    },
    ({ request, reply }) => {
      const { ok, reasons } = parts.ready();
      return reply.code(ok ? 200 : 503).send(trusts(request) ? { ok, reasons: [...reasons] } : { ok });
    },
  );
}
