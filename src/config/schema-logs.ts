import { Type } from '@sinclair/typebox';
import { cloudId } from './schema-elasticsearch.ts';
import { EXPECTS, oneOf, partName, secret, section, variants, webAddress, whole } from './schema-parts.ts';

const name = partName('Names it in logs, metrics and `check`.');
const ca = Type.Optional(
  secret("Certificate authority in PEM, best as `{file: PATH}`; the system's own unless said."),
);
const login = Type.Optional(
  section(
    { username: Type.String({ description: 'User.', minLength: 1 }), password: secret('Password.') },
    { description: 'User and password.' },
  ),
);
const fields = (description: string, standard: string[], pattern: string) =>
  Type.Array(
    Type.String({ description: 'A name.', pattern, [EXPECTS]: 'the name of a field', maxLength: 100 }),
    { description, default: standard, maxItems: 20 },
  );

const elasticsearchLogs = section(
  {
    name,
    type: Type.Literal('elasticsearch'),
    url: Type.Optional(
      Type.String(webAddress('Of a node or a load balancer, such as https://elasticsearch:9200.')),
    ),
    cloudId,
    apiKey: Type.Optional(secret('API key, encoded, with the privilege `read` on the indices.')),
    login,
    ca,
    index: Type.String({
      description: 'Indices, data streams or patterns, separated by commas.',
      default: 'logs-*,filebeat-*',
      minLength: 1,
    }),
    timeField: Type.String({ description: 'Field of the time.', default: '@timestamp', minLength: 1 }),
    traceFields: fields(
      'Fields that may hold the id of the trace; each is asked with `.keyword` too.',
      ['trace.id', 'trace_id', 'traceId', 'traceID'],
      '^[\\w.@-]+$',
    ),
    messageFields: fields(
      'Fields that may hold the line; the first that has a text is it.',
      ['message', 'body.text', 'body', 'msg', 'log'],
      '^[\\w.@-]+$',
    ),
  },
  { description: 'Log lines in Elasticsearch 8: ECS, OpenTelemetry, or of your own.' },
);

const loki = section(
  {
    name,
    type: Type.Literal('loki'),
    url: Type.String(webAddress('Of Loki or its gateway, such as http://loki:3100.')),
    token: Type.Optional(secret('Sent as `Authorization: Bearer TOKEN`.')),
    login,
    tenant: Type.Optional(
      Type.String({
        description: 'Sent as `X-Scope-OrgID`, where Loki has several tenants.',
        pattern: "^[A-Za-z0-9!._*'()|-]{1,150}$",
        [EXPECTS]: 'a tenant id, or several joined by "|"',
      }),
    ),
    ca,
    selector: Type.String({
      description: 'LogQL selector of the streams that are looked through.',
      default: '{service_name=~".+"}',
      pattern: '^\\{[^{}]+\\}$',
      [EXPECTS]: 'a stream selector such as {namespace="shop"}',
      maxLength: 1000,
    }),
    ways: Type.Array(oneOf(['label', 'json', 'logfmt', 'line'], { description: 'One of them.' }), {
      description:
        'How the lines of a trace are told, tried in this order until there are some: by a label or structured metadata, by a field of a JSON or logfmt line, or by the id anywhere in the line.',
      default: ['label', 'json'],
      maxItems: 4,
    }),
    traceFields: fields(
      'Labels, structured metadata or fields that may hold the id of the trace.',
      ['trace_id', 'traceID', 'traceId', 'traceid'],
      '^[A-Za-z_]\\w*$',
    ),
  },
  { description: 'Log lines in Loki.' },
);

/** Where log lines come from, and what is told of them. */
export const logsSection = section(
  {
    sources: Type.Array(variants([elasticsearchLogs, loki], { description: 'A store of logs.' }), {
      description: 'Stores of logs. Without any, incidents have no log lines.',
      default: [],
      maxItems: 10,
    }),
    waitMs: whole({
      description:
        'The first message about an incident waits for its log lines at most so long; what comes later is added to it, or follows once.',
      default: 500,
      minimum: 0,
      maximum: 500,
    }),
    timeoutMs: whole({
      description: 'Patience for one query.',
      default: 5_000,
      minimum: 100,
      maximum: 60_000,
    }),
    limit: whole({
      description: 'Lines kept of a trace, for the page.',
      default: 50,
      minimum: 1,
      maximum: 500,
    }),
    inMessages: whole({
      description: 'Lines in a message: errors first, then warnings. 0: none.',
      default: 5,
      minimum: 0,
      maximum: 10,
    }),
    redact: Type.Array(
      section(
        {
          pattern: Type.String({
            description: 'JavaScript regular expression of what is taken out.',
            minLength: 1,
            maxLength: 1000,
          }),
          instead: Type.String({
            description: 'What stands there instead; `$1` is its first group.',
            default: '***',
            maxLength: 100,
          }),
        },
        { description: 'One of them.' },
      ),
      {
        description: 'What is taken out of every line, before what is by default.',
        default: [],
        maxItems: 100,
      },
    ),
    redactStandard: Type.Boolean({
      description:
        'Also takes out tokens, passwords and the like by their name, e-mail addresses and card numbers.',
      default: true,
    }),
  },
  { description: 'Log lines of the traces that an incident points at.' },
);
