import { Type } from '@sinclair/typebox';
import { EXPECTS, oneOf, partName, secret, section, whole } from './schema-parts.ts';

const tls = section(
  {
    enabled: Type.Boolean({ default: false, description: 'Speak TLS to the brokers.' }),
    ca: Type.Optional(
      secret("Certificate authority in PEM, best as `{file: PATH}`; the system's own unless said."),
    ),
    cert: Type.Optional(secret('Client certificate in PEM, where brokers ask for one.')),
    key: Type.Optional(secret('Its private key in PEM.')),
    verify: Type.Boolean({
      default: true,
      description: 'Refuse brokers whose certificate cannot be verified.',
    }),
  },
  { description: 'TLS to the brokers.' },
);

const sasl = section(
  {
    mechanism: oneOf(['plain', 'scram-sha-256', 'scram-sha-512'], {
      description: 'How to log in.',
      default: 'scram-sha-512',
    }),
    username: Type.String({ minLength: 1, description: 'User.' }),
    password: secret('Password.'),
  },
  { description: 'Login at the brokers.' },
);

export const kafkaSource = section(
  {
    name: partName('Names the source in logs, metrics and commands.'),
    type: Type.Literal('kafka'),
    brokers: Type.Array(
      Type.String({
        description: 'A broker.',
        pattern: '^[^\\s:]+:\\d{1,5}$',
        [EXPECTS]: 'host:port',
      }),
      {
        description: 'Brokers to begin with.',
        minItems: 1,
      },
    ),
    topics: Type.Array(
      Type.String({
        description: 'A topic.',
        pattern: '^[A-Za-z0-9._-]{1,249}$',
        [EXPECTS]: 'the name of a topic',
      }),
      {
        description: "Topics to read; `otlp_spans` is the Collector's, `jaeger-spans` Jaeger's.",
        default: ['otlp_spans'],
        minItems: 1,
      },
    ),
    groupId: Type.String({
      description: 'Consumer group: one of its own, or it takes the partitions of whoever has that name.',
      default: 'spanwatch',
      minLength: 1,
    }),
    sessionTimeoutMs: whole({
      description:
        'A member of the group that is silent for so long is taken for dead, and its partitions are given away: after a crash nothing is read until then. Brokers allow 6 s to 30 min unless told otherwise.',
      default: 10_000,
      minimum: 1000,
      maximum: 1_800_000,
    }),
    encoding: oneOf(['auto', 'otlp_proto', 'otlp_json', 'jaeger_proto', 'jaeger_json', 'zipkin_json'], {
      description: 'What a record is, as collectors name it; `auto` looks at the bytes of each.',
      default: 'auto',
    }),
    startAt: Type.String({
      description: 'Where a group that never was begins: `latest`, `earliest`, or an RFC 3339 time.',
      default: 'latest',
      pattern: '^(latest|earliest|\\d{4}-\\d\\d-\\d\\dT\\S+)$',
      [EXPECTS]: 'latest, earliest, or a time such as 2026-01-05T09:00:00Z',
    }),
    tls,
    sasl: Type.Optional(sasl),
    deadLetterTopic: Type.Optional(
      Type.String({
        description: 'Topic for records that are no spans; without one they go to a file in `dataDir`.',
        pattern: '^[A-Za-z0-9._-]{1,249}$',
        [EXPECTS]: 'the name of a topic',
      }),
    ),
  },
  { description: 'Reads spans from Kafka topics, as a member of a consumer group.' },
);
