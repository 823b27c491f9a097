import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { incidentView } from '../incident-view.ts';
import type { IncidentReader } from '../port.ts';
import { replyProblem } from '../problem-reply.ts';

const listQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
    /** RFC 3339: only incidents opened before it; `next` of the page before. */
    before: Type.Optional(Type.String({ maxLength: 40 })),
    /** `open`: all that are not resolved. */
    state: Type.Union([Type.Literal('any'), Type.Literal('open')], { default: 'any' }),
  },
  { additionalProperties: false },
);

const idParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 300 }) });

/** `/api/v1/incidents`, newest first, and `/api/v1/incidents/:id` with its revision as ETag. */
export function incidentRoutes(server: FastifyInstance, incidents: IncidentReader): void {
  server.get<{ Querystring: Static<typeof listQuery> }>(
    '/api/v1/incidents',
    { schema: { querystring: listQuery } },
    async (request, reply) => {
      const { limit, before, state } = request.query;
      const beforeMs = before === undefined ? Infinity : Date.parse(before);
      if (Number.isNaN(beforeMs)) return replyProblem(reply, 400, 'before is not an RFC 3339 time');
      const page =
        state === 'open'
          ? openPage(await incidents.openIncidents(), limit, beforeMs)
          : await incidents.incidents(before === undefined ? { limit } : { limit, beforeMs });
      const last = page.length < limit ? undefined : page.at(-1);
      return {
        incidents: page.map(incidentView),
        next: last === undefined ? null : new Date(last.openedAt).toISOString(),
      };
    },
  );

  server.get<{ Params: Static<typeof idParams> }>(
    '/api/v1/incidents/:id',
    { schema: { params: idParams } },
    async (request, reply) => {
      const incident = await incidents.incident(request.params.id);
      if (incident === undefined) return replyProblem(reply, 404, 'there is no incident of this id');
      return reply.header('etag', `"${incident.revision}"`).send(incidentView(incident));
    },
  );
}

function openPage<T extends { readonly openedAt: number }>(
  all: readonly T[],
  limit: number,
  beforeMs: number,
): readonly T[] {
  return all
    .filter(({ openedAt }) => openedAt < beforeMs)
    .toSorted((a, b) => b.openedAt - a.openedAt)
    .slice(0, limit);
}
