import { type Static, Type } from '@sinclair/typebox';
import { printService } from '../../domain/component-grammar.ts';
import type { ApiBook } from '../operation.ts';
import type { HttpParts } from '../port.ts';
import { replyFieldError, replyProblem } from '../problem-reply.ts';
import { cursor, limit, time, timeOf } from '../schemas/common.ts';
import {
  componentPageSchema,
  type componentSchema,
  seriesSchema,
  serviceMapSchema,
  servicesSchema,
} from '../schemas/component.ts';
import { componentKind } from '../schemas/incident.ts';
import { componentHealth, parseNow, type ParsedNow } from '../service-health.ts';
import { serviceMapOf, servicesOf } from '../service-map.ts';

const listQuery = Type.Object(
  {
    service: Type.Optional(Type.String({ maxLength: 600, description: 'Identity, as in component keys.' })),
    kind: Type.Optional(componentKind),
    limit,
    cursor,
  },
  { additionalProperties: false },
);

const MOST_POINTS = 2_000;
const seriesQuery = Type.Object(
  {
    from: Type.Optional(time),
    to: Type.Optional(time),
    points: Type.Integer({ minimum: 1, maximum: MOST_POINTS, default: 300 }),
  },
  { additionalProperties: false },
);
const keyParams = Type.Object({
  key: Type.String({
    minLength: 1,
    maxLength: 2000,
    description: 'By the component grammar, percent-encoded.',
  }),
});

/** What a chart shows when nobody says. */
const DEFAULT_SPAN_MS = 3_600_000;
const NO_HISTORY = 'this process keeps no history';
const NOT_HERE = { 501: { description: 'This process keeps no history.' } };

type Parts = Pick<HttpParts, 'history' | 'incidents'> & { readonly nowMs: () => number };

/** Services and components: what is normal, what is now, what was. */
export function componentRoutes(api: ApiBook, parts: Parts): void {
  serviceRoutes(api, parts);
  listRoute(api, parts);
  seriesRoute(api, parts);
}

const tag = 'components';

function serviceRoutes(api: ApiBook, { history, incidents }: Parts): void {
  api.add(
    {
      method: 'GET',
      path: '/api/v1/services',
      id: 'listServices',
      tag,
      summary: 'Services with their health, own time and errors, now against normal',
      answers: { 200: { description: 'All, by name.', schema: servicesSchema }, ...NOT_HERE },
    },
    async ({ reply }) =>
      history === undefined
        ? replyProblem(reply, 501, NO_HISTORY)
        : { services: servicesOf(history.now(), await incidents.openIncidents()) },
  );
  api.add(
    {
      method: 'GET',
      path: '/api/v1/service-map',
      id: 'getServiceMap',
      tag,
      summary: 'Who calls whom, by the calls of the last minute judged',
      answers: { 200: { description: 'Nodes and edges.', schema: serviceMapSchema }, ...NOT_HERE },
    },
    async ({ reply }) =>
      history === undefined
        ? replyProblem(reply, 501, NO_HISTORY)
        : serviceMapOf(history.now(), await incidents.openIncidents()),
  );
}

function listRoute(api: ApiBook, { history }: Parts): void {
  api.add(
    {
      method: 'GET',
      path: '/api/v1/components',
      id: 'listComponents',
      tag,
      summary: 'Components, now against their baselines',
      query: listQuery,
      answers: { 200: { description: 'A page, by key.', schema: componentPageSchema }, ...NOT_HERE },
    },
    ({ query, reply }) =>
      history === undefined
        ? replyProblem(reply, 501, NO_HISTORY)
        : componentPage(parseNow(history.now()), query),
  );
}

function seriesRoute(api: ApiBook, { history, nowMs }: Parts): void {
  api.add(
    {
      method: 'GET',
      path: '/api/v1/components/{key}/series',
      id: 'getSeries',
      tag,
      summary: 'What a component did, with its baseline then: for charts',
      params: keyParams,
      query: seriesQuery,
      answers: {
        200: { description: 'At most `points` points, the finest that fit.', schema: seriesSchema },
        404: { description: 'The component is not known.' },
        ...NOT_HERE,
      },
    },
    async ({ params, query, reply }) => {
      if (history === undefined) return replyProblem(reply, 501, NO_HISTORY);
      const toMs = query.to === undefined ? nowMs() : Date.parse(query.to);
      const fromMs = query.from === undefined ? toMs - DEFAULT_SPAN_MS : Date.parse(query.from);
      if (fromMs >= toMs) {
        return replyFieldError(reply, { field: 'from', in: 'query', reason: 'must be before to' });
      }
      const series = await history.series({ component: params.key, fromMs, toMs, maxPoints: query.points });
      if (series === undefined) return replyProblem(reply, 404, 'there is no such component');
      return {
        ...series,
        points: series.points.map(({ atMs, ...point }) => ({ at: timeOf(atMs), ...point })),
      };
    },
  );
}

function componentPage(
  all: readonly ParsedNow[],
  { service, kind, limit: most, cursor: after }: Static<typeof listQuery>,
): Static<typeof componentPageSchema> {
  const fitting = all
    .filter(({ component }) => service === undefined || printService(component.service) === service)
    .filter(({ component }) => kind === undefined || component.kind === kind)
    .filter(({ now }) => after === undefined || now.component > keyOf(after))
    .toSorted((a, b) => (a.now.component < b.now.component ? -1 : 1));
  const page = fitting.slice(0, most);
  const last = page.at(-1);
  return {
    components: page.map(componentView),
    next:
      last === undefined || fitting.length <= most
        ? null
        : Buffer.from(last.now.component).toString('base64url'),
  };
}

function keyOf(after: string): string {
  return Buffer.from(after, 'base64url').toString();
}

function componentView({ now, component }: ParsedNow): Static<typeof componentSchema> {
  const { lastSeenMs, ...rest } = now;
  return {
    ...rest,
    service: printService(component.service),
    ...(component.operation !== undefined && { operation: component.operation }),
    lastSeen: timeOf(lastSeenMs),
    health: componentHealth(now),
  };
}
