import { Type } from '@sinclair/typebox';
import { EXPECTS, section, variants, whole } from './schema-parts.ts';

const url = (product: string, example: string) =>
  Type.String({
    description: `Where people open ${product}, with a path where it has one.`,
    pattern: '^https?://[^\\s/?#@{}]+(/[^\\s?#{}]*)?$',
    [EXPECTS]: `an address such as ${example}, without user, query and braces`,
  });

const viewer = variants(
  [
    section(
      { type: Type.Literal('jaeger'), url: url('Jaeger', 'https://jaeger.example') },
      { description: "Jaeger's pages: a trace, and two traces compared." },
    ),
    section(
      {
        type: Type.Literal('tempo'),
        url: url('Grafana', 'https://grafana.example'),
        datasource: Type.String({
          description:
            'The uid of the Tempo data source in Grafana (it stands in the address of its settings).',
          pattern: '^[A-Za-z0-9_-]{1,40}$',
          [EXPECTS]: 'a uid: up to 40 letters, digits, "-" and "_"',
        }),
        orgId: whole({ description: 'The organisation in Grafana.', default: 1, minimum: 1, maximum: 1e9 }),
      },
      { description: "Tempo in Grafana's Explore: a trace, and two traces side by side." },
    ),
    section(
      { type: Type.Literal('kibana'), url: url('Kibana', 'https://kibana.example/s/shop') },
      { description: "Kibana's APM: a trace of the last 30 days. It has no page that compares two." },
    ),
    section(
      {
        type: Type.Literal('zipkin'),
        url: url('Zipkin', 'https://zipkin.example/zipkin'),
        shortIds: Type.Boolean({
          description: 'It keeps 64 bits of the ids, as senders with B3 of 64 bits write them.',
          default: false,
        }),
      },
      { description: "Zipkin's pages: a trace. It has none that compares two." },
    ),
  ],
  {
    description:
      'Where traces are looked at, in one line: `{type: jaeger, url: https://jaeger.example}`. `trace` and `compare` win over it.',
  },
);

export const linksSection = section(
  {
    viewer: Type.Optional(viewer),
    trace: Type.Optional(
      Type.String({
        description:
          'Address of a trace in another viewer, with `{traceId}` where the id goes; `{traceIdB3}` is its low 16 digits (Zipkin of 64 bits), `{traceIdUber}` has no leading zeros.',
        pattern: '^https?://.*\\{traceId(B3|Uber)?\\}',
        [EXPECTS]: 'an address such as https://jaeger.example/trace/{traceId}',
      }),
    ),
    compare: Type.Optional(
      Type.String({
        description:
          'Address that compares two traces, with `{traceId}` and `{typicalTraceId}`; Jaeger: https://jaeger.example/trace/{traceId}...{typicalTraceId}.',
        pattern: '^https?://.*\\{typicalTraceId(B3|Uber)?\\}',
        [EXPECTS]: 'an address such as https://jaeger.example/trace/{traceId}...{typicalTraceId}',
      }),
    ),
    logs: Type.Optional(
      Type.String({
        description:
          'Address of the logs of a trace, with any of `{traceId}`, `{service}`, `{from}`, `{to}` (ISO 8601), `{fromMs}`, `{toMs}` (docs/policy.md has some).',
        pattern: '^https?://[^\\s/]+\\S*\\{',
        [EXPECTS]: 'an address such as https://kibana.example/app/logs?trace={traceId}',
      }),
    ),
  },
  { description: 'Links in messages.' },
);
