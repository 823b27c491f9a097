import { Type } from '@sinclair/typebox';
import { ca, elasticsearchAccess } from './schema-elasticsearch.ts';
import { EXPECTS, oneOf, partName, secret, section, webAddress, whole } from './schema-parts.ts';

const MINUTE_MS = 60_000;

const name = partName('Names the source in logs, metrics and commands.');
const time = (
  description: string,
  latest: boolean,
): { description: string; pattern: string; [EXPECTS]: string } => ({
  description,
  pattern: `^(${latest ? 'latest|' : ''}\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d))$`,
  [EXPECTS]: `${latest ? 'latest, or ' : ''}a time such as 2026-01-05T09:00:00Z`,
});
const polls = {
  schedule: Type.String({
    description: 'When to ask: cron, UTC. Not used under `--clock event`.',
    default: '* * * * *',
    minLength: 1,
  }),
  startAt: Type.String({
    ...time('Where to begin when nothing is kept: `latest`, or an RFC 3339 time.', true),
    default: 'latest',
  }),
  stopAt: Type.Optional(Type.String(time('Nothing from there on is read: for a capture.', false))),
  overlapMs: whole({
    description:
      'So much of what was read is read again at each poll, for spans that came late. Spans that last longer may be missed.',
    default: MINUTE_MS,
    minimum: 0,
    maximum: 60 * MINUTE_MS,
  }),
  settleMs: whole({
    description: 'Spans younger than this are left for the next poll.',
    default: 10_000,
    minimum: 0,
    maximum: 60 * MINUTE_MS,
  }),
  maxSliceMs: whole({
    description: 'Longest stretch of time that is read at once; where there is much, it is halved.',
    default: MINUTE_MS,
    minimum: 100,
    maximum: 24 * 60 * MINUTE_MS,
  }),
};
const timeoutMs = whole({
  description: 'Patience for one query.',
  default: 10_000,
  minimum: 100,
  maximum: 10 * MINUTE_MS,
});

export const jaegerQuerySource = section(
  {
    name,
    type: Type.Literal('jaeger-query'),
    url: Type.String(
      webAddress("Of Jaeger's query service, such as http://jaeger:16686, with its base path if it has one."),
    ),
    token: Type.Optional(secret('Sent as `Authorization: Bearer TOKEN`.')),
    ca,
    ...polls,
    critical: Type.Array(Type.String({ description: 'A service.', minLength: 1 }), {
      description: 'Services that are asked for first, in this order.',
      default: [],
    }),
    leaveOut: Type.Array(Type.String({ description: 'A service.', minLength: 1 }), {
      description: "Services that are not asked for: Jaeger's own traces.",
      default: ['jaeger', 'jaeger-query', 'jaeger-all-in-one'],
    }),
    limit: whole({
      description: 'Traces that one query may give. When it gives as many, its time is halved, down to 2 ms.',
      default: 200,
      minimum: 2,
      maximum: 10_000,
    }),
    concurrency: whole({ description: 'Queries at a time.', default: 2, minimum: 1, maximum: 16 }),
    pauseMs: whole({
      description: 'Pause after each query, so that Jaeger has time for people.',
      default: 50,
      minimum: 0,
      maximum: MINUTE_MS,
    }),
    timeoutMs,
  },
  { description: 'Asks the query API of Jaeger for the traces of each minute.' },
);

export const elasticsearchSource = section(
  {
    name,
    type: Type.Literal('elasticsearch'),
    ...elasticsearchAccess('`read` on the indices'),
    layout: oneOf(['jaeger', 'otel', 'apm'], {
      description:
        "Who wrote the documents: Jaeger, the Collector's elasticsearch exporter in its OTel mode, or Elastic APM.",
      default: 'jaeger',
    }),
    index: Type.Optional(
      Type.String({
        description:
          'Indices, aliases or patterns, separated by commas; unless said `jaeger-span-*,*-jaeger-span-*`, `traces-*.otel-*` or `traces-apm*`.',
        minLength: 1,
      }),
    ),
    ...polls,
    pageSize: whole({ description: 'Documents of one answer.', default: 2000, minimum: 1, maximum: 10_000 }),
    timeoutMs,
  },
  { description: 'Reads the spans of each minute from Elasticsearch 8.' },
);
