import { type Static, Type } from '@sinclair/typebox';
import { DEFAULT_NAME_LIMITS } from '../domain/names.ts';
import { channelSchema } from './schema-channels.ts';
import { heartbeatSection } from './schema-heartbeat.ts';
import { historySection, learningSection } from './schema-learning.ts';
import { linksSection } from './schema-links.ts';
import { logsSection } from './schema-logs.ts';
import { metricsSection } from './schema-metrics.ts';
import { checkpointSection, retentionSection } from './schema-state.ts';
import { overloadSection } from './schema-overload.ts';
import { policySection } from './schema-policy.ts';
import { ruleSchema } from './schema-rules.ts';
import { kafkaSource } from './schema-kafka.ts';
import { elasticsearchSink, storeSection } from './schema-elasticsearch.ts';
import { elasticsearchSource, jaegerQuerySource } from './schema-pulls.ts';
import {
  host,
  insecure,
  otlpGrpcSource,
  otlpHttpSource,
  port,
  token,
  zipkinSource,
  jaegerThriftSource,
} from './schema-receivers.ts';
import { ADDRESS, EXPECTS, oneOf, section, variants, whole } from './schema-parts.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const receivers = [otlpHttpSource, otlpGrpcSource, zipkinSource, jaegerThriftSource] as const;
const sourceSchema = variants([...receivers, kafkaSource, jaegerQuerySource, elasticsearchSource], {
  description: 'Where spans come from.',
});

const httpSection = section(
  {
    host,
    port: port('Port of the API, `/metrics` and `/healthz`.', 8900),
    token,
    insecure,
    publicUrl: Type.Optional(
      Type.String({
        description:
          'Where people reach the pages: messages link to `PUBLICURL/incidents/ID`. Absent, it is made of `host` and `port`.',
        pattern: '^https?://[^\\s/?#@]+(/[^\\s?#]*)?$',
        [ADDRESS]: true,
        [EXPECTS]: 'an http or https address such as https://spanwatch.example',
      }),
    ),
  },
  { description: 'The pages, the API, the metrics and the health checks.' },
);

const assembleSection = section(
  {
    quietMs: whole({
      description: 'A trace whose root is there is closed when no span of it came for this long.',
      default: 5000,
      minimum: 0,
      maximum: HOUR_MS,
    }),
    incompleteMs: whole({
      description: 'The same for a trace whose root has not come: a slow parent ends last.',
      default: 30_000,
      minimum: 0,
      maximum: HOUR_MS,
    }),
    maxAgeMs: whole({
      description: 'A trace is closed at this age, however busy it is.',
      default: 5 * MINUTE_MS,
      minimum: 1000,
      maximum: 24 * HOUR_MS,
    }),
    maxSpansPerTrace: whole({
      description: 'Spans kept of one trace; those beyond are dropped and counted.',
      default: 20_000,
      minimum: 1,
      maximum: 10_000_000,
    }),
    maxOpenTraces: whole({
      description: 'Traces held open at most; beyond it the oldest are closed early.',
      default: 500_000,
      minimum: 1,
      maximum: 100_000_000,
    }),
    maxOpenSpans: whole({
      description: 'Spans held open at most; beyond it the oldest traces are closed early.',
      default: 2_000_000,
      minimum: 1,
      maximum: 100_000_000,
    }),
  },
  {
    description:
      'How spans become traces: every wait delays alerts, every wait cut short loses the slow spans.',
  },
);

const namesSection = section(
  {
    maxServices: whole({
      description: 'Services told apart; those beyond are filed under `(other)`.',
      default: DEFAULT_NAME_LIMITS.maxServices,
      minimum: 1,
      maximum: 100_000,
    }),
    maxOperationsPerService: whole({
      description: 'Operations of a service told apart; those beyond are filed under `(other)`.',
      default: DEFAULT_NAME_LIMITS.maxOperationsPerService,
      minimum: 1,
      maximum: 100_000,
    }),
    maxSlotsPerService: whole({
      description: 'Instances, versions, nodes and peers of a service told apart, each.',
      default: DEFAULT_NAME_LIMITS.maxSlotsPerService,
      minimum: 1,
      maximum: 100_000,
    }),
    maxNameLength: whole({
      description: 'Characters kept of any name.',
      default: DEFAULT_NAME_LIMITS.maxNameLength,
      minimum: 16,
      maximum: 10_000,
    }),
  },
  { description: 'Bounds on names, so that a flood of distinct ones cannot take the memory.' },
);

const incidentSection = section(
  {
    resolveAfterMs: whole({
      description: 'An incident is resolved when nothing anomalous was seen for this long.',
      default: 2 * MINUTE_MS,
      minimum: 10_000,
      maximum: 24 * HOUR_MS,
    }),
    reopenWithinMs: whole({
      description:
        'The same trouble within this time after the resolution reopens the incident instead of making another.',
      default: 15 * MINUTE_MS,
      minimum: 0,
      maximum: 7 * 24 * HOUR_MS,
    }),
  },
  { description: 'The life of an incident.' },
);

/** The whole configuration. What it says is also docs/configuration.md and what `check` answers. */
export const configSchema = section(
  {
    falseAlertsPerWeek: Type.Number({
      description:
        'The one knob: how many false incidents at P0 to P2 a week are acceptable. Lower is quieter and later.',
      default: 1,
      minimum: 0.01,
      maximum: 1000,
    }),
    locale: oneOf(['en', 'zh'], { description: 'Language of messages and pages.', default: 'en' }),
    seed: whole({
      description: 'Seeds everything drawn by chance: the same input and seed give the same output.',
      default: 1,
      minimum: 0,
      maximum: 2 ** 32 - 1,
    }),
    dataDir: Type.String({
      description:
        'Folder for what must survive a restart: incidents, the outbox, checkpoints. Relative to the working directory.',
      default: './data',
      minLength: 1,
    }),
    model: Type.Optional(
      Type.String({
        description:
          'Folder of the model to start from, as `learn -o` wrote it, relative to the working directory. Without one, Spanwatch learns first.',
        minLength: 1,
      }),
    ),
    log: section(
      {
        level: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
          description: 'What is logged, on standard error.',
          default: 'info',
        }),
      },
      { description: 'Logging.' },
    ),
    sources: Type.Array(sourceSchema, { description: 'Where spans come from.', default: [] }),
    http: httpSection,
    assemble: assembleSection,
    names: namesSection,
    overload: overloadSection,
    heartbeat: heartbeatSection,
    metrics: metricsSection,
    incident: incidentSection,
    history: historySection,
    checkpoint: checkpointSection,
    store: storeSection,
    retention: retentionSection,
    learning: learningSection,
    policy: policySection,
    logs: logsSection,
    rules: Type.Array(ruleSchema, {
      description: 'What an organisation must alert on, whatever is learned.',
      default: [],
      maxItems: 100,
    }),
    channels: Type.Array(channelSchema, { description: 'Where messages about incidents go.', default: [] }),
    sinks: Type.Array(variants([elasticsearchSink], { description: 'Where documents go.' }), {
      description: 'Where incidents and anomalous traces are written as documents (docs/elasticsearch.md).',
      default: [],
    }),
    links: linksSection,
  },
  { description: 'Spanwatch, configured by one YAML file.' },
);

type DeepReadonly<T> = T extends (infer U)[]
  ? readonly DeepReadonly<U>[]
  : T extends { reveal(): string }
    ? T
    : T extends object
      ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
      : T;

/** The configuration with all defaults in place. */
export type Config = DeepReadonly<Static<typeof configSchema>>;
export type SourceConfig = Config['sources'][number];
export type SinkConfig = Config['sinks'][number];
/** Stores that are asked by time. */
export type PullSourceConfig = Extract<SourceConfig, { type: 'jaeger-query' | 'elasticsearch' }>;
