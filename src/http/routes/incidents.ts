import { Type } from '@sinclair/typebox';
import type { Incident } from '../../domain/incident.ts';
import { parsePlace, printPlace } from '../cursor.ts';
import { deliveryView, incidentView, timelineView } from '../incident-view.ts';
import { type IncidentFilter, searchIncidents } from '../incident-search.ts';
import type { ApiBook } from '../operation.ts';
import type { HttpParts } from '../port.ts';
import { replyFieldError, replyProblem } from '../problem-reply.ts';
import { cursor, idParams, limit, literals, time } from '../schemas/common.ts';
import { incidentDetailSchema, incidentPageSchema, severity } from '../schemas/incident.ts';

const listQuery = Type.Object(
  {
    state: literals(['any', 'open', 'acknowledged', 'resolved'], {
      default: 'any',
      description: '`open`: all that are not resolved.',
    }),
    severity: Type.Optional(severity),
    service: Type.Optional(
      Type.String({ maxLength: 300, description: 'A service that is or was suspected, or is hurt.' }),
    ),
    from: Type.Optional(time),
    to: Type.Optional(time),
    text: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description: "Part of its id, of a suspect's name or of a note; case does not matter.",
      }),
    ),
    limit,
    cursor,
  },
  { additionalProperties: false },
);

/** The timeline of months is no timeline; who was told is asked page by page for more. */
const MOST_DELIVERIES = 500;

/** Incidents, to read. */
export function incidentRoutes(
  api: ApiBook,
  parts: Pick<HttpParts, 'incidents' | 'outbox' | 'tickets'>,
): void {
  api.add(
    {
      method: 'GET',
      path: '/api/v1/incidents',
      id: 'listIncidents',
      tag: 'incidents',
      summary: 'Incidents, newest opening first',
      description:
        'At most 1,000 are looked through for one page: with filters it may be short or empty and still have a `next`.',
      query: listQuery,
      answers: { 200: { description: 'A page of them.', schema: incidentPageSchema } },
    },
    async ({ query, reply }) => {
      const { limit: most, cursor: text } = query;
      const after = text === undefined ? undefined : parsePlace(text);
      if (text !== undefined && after === undefined) {
        return replyFieldError(reply, {
          field: 'cursor',
          in: 'query',
          reason: 'is not the `next` of a page',
        });
      }
      const page = await searchIncidents(parts.incidents, filterOf(query), {
        limit: most,
        ...(after && { after }),
      });
      return {
        incidents: page.incidents.map(incidentView),
        next: page.next === undefined ? null : printPlace(page.next),
      };
    },
  );

  api.add(
    {
      method: 'GET',
      path: '/api/v1/incidents/{id}',
      id: 'getIncident',
      tag: 'incidents',
      summary: 'One incident, its timeline and who was told',
      params: idParams,
      answers: {
        200: { description: 'It, with its revision as ETag.', schema: incidentDetailSchema },
        404: { description: 'There is none of this id.' },
      },
    },
    async ({ params: { id }, reply }) => {
      const incident = await parts.incidents.incident(id);
      if (incident === undefined) return replyProblem(reply, 404, 'there is no incident of this id');
      return reply.header('etag', `"${incident.revision}"`).send(await detailOf(incident, parts));
    },
  );
}

async function detailOf(
  incident: Incident,
  { incidents, outbox, tickets }: Pick<HttpParts, 'incidents' | 'outbox' | 'tickets'>,
): Promise<object> {
  const events = await incidents.events(incident.id);
  const told = await outbox?.list({ incidentId: incident.id, limit: MOST_DELIVERIES });
  return {
    ...incidentView(incident),
    timeline: timelineView(events),
    tickets: tickets?.(incident) ?? [],
    deliveries: (told?.deliveries ?? []).map(deliveryView).reverse(),
  };
}

interface ListQuery {
  readonly state: IncidentFilter['state'];
  readonly severity?: IncidentFilter['severity'];
  readonly service?: string;
  readonly from?: string;
  readonly to?: string;
  readonly text?: string;
}

function filterOf({ state, severity: worst, service, from, to, text }: ListQuery): IncidentFilter {
  return {
    state,
    ...(worst !== undefined && { severity: worst }),
    ...(service !== undefined && { service }),
    ...(from !== undefined && { fromMs: Date.parse(from) }),
    ...(to !== undefined && { toMs: Date.parse(to) }),
    ...(text !== undefined && { text }),
  };
}
