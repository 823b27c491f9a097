import { type TObject, type TOptional, type TString, type TUnsafe, Type } from '@sinclair/typebox';
import { EXPECTS, oneOf, partName, secret, section, webAddress, whole } from './schema-parts.ts';
import type { Secret } from './secret.ts';

const MIB = 1024 * 1024;

export const ca = Type.Optional(
  secret("Certificate authority in PEM, best as `{file: PATH}`; the system's own unless said."),
);

export const cloudId = Type.Optional(
  Type.String({
    description: "Elastic Cloud's id of the deployment, instead of `url`.",
    // What the client takes: anything else it throws at.
    pattern: '^[^:]+:[A-Za-z0-9+/_-]+=*$',
    [EXPECTS]: 'an id as Elastic Cloud shows it, `NAME:BASE64`',
  }),
);

/** Where an Elasticsearch is and what lets us in: the same keys wherever one is named. */
export function elasticsearchAccess(privileges: string): {
  url: TOptional<TString>;
  cloudId: TOptional<TString>;
  apiKey: TOptional<TUnsafe<Secret>>;
  login: TOptional<TObject<{ username: TString; password: TUnsafe<Secret> }>>;
  ca: typeof ca;
} {
  return {
    url: Type.Optional(
      Type.String(webAddress('Of a node or a load balancer, such as https://elasticsearch:9200.')),
    ),
    cloudId,
    apiKey: Type.Optional(secret(`API key, encoded, with the privilege ${privileges}.`)),
    login: Type.Optional(
      section(
        {
          username: Type.String({ description: 'User.', minLength: 1 }),
          password: secret('Password.'),
        },
        { description: 'Instead of `apiKey`.' },
      ),
    ),
    ca,
  };
}

const timeoutMs = whole({
  description: 'Patience for one request.',
  default: 10_000,
  minimum: 100,
  maximum: 600_000,
});

/** What names of indices begin with: lower case, and nothing that Elasticsearch forbids in them. */
const prefix = (description: string) =>
  Type.String({
    description,
    default: 'spanwatch',
    pattern: '^[a-z][a-z0-9_.-]{0,63}$',
    [EXPECTS]: 'a lower-case letter, and up to 63 lower-case letters, digits, "_", "." and "-"',
  });

export const elasticsearchSink = section(
  {
    name: partName('Names the sink in logs and metrics.'),
    type: Type.Literal('elasticsearch'),
    ...elasticsearchAccess('that docs/elasticsearch.md names'),
    prefix: prefix(
      'What the names of its indices begin with: `PREFIX-incidents-*`, and the data streams `PREFIX-events` and `PREFIX-traces`.',
    ),
    retentionDays: whole({
      description: 'Documents are deleted so long after they were written, by whole indices.',
      default: 30,
      minimum: 1,
      maximum: 3650,
    }),
    maxBulkBytes: whole({
      description: 'Largest body of a bulk request; one that the server calls too large is halved.',
      default: 5 * MIB,
      minimum: 10_000,
      maximum: 100 * MIB,
    }),
    timeoutMs,
  },
  {
    description:
      'Incidents, their events and evidence, and anomalous traces beside typical ones, as documents for Grafana and Kibana.',
  },
);

export const storeSection = section(
  {
    kind: oneOf(['sqlite', 'elasticsearch'], {
      description:
        'Where incidents, the outbox, silences and feedback are kept: in `dataDir/spanwatch.db` alone, or in Elasticsearch with that file beside it (docs/elasticsearch.md). The other keys are for the latter.',
      default: 'sqlite',
    }),
    ...elasticsearchAccess('that docs/elasticsearch.md names'),
    prefix: prefix('What the names of its indices begin with: `PREFIX-store-*`.'),
    timeoutMs: whole({
      description: 'So long a write waits for Elasticsearch before the file goes on alone.',
      default: 2_000,
      minimum: 100,
      maximum: 60_000,
    }),
    leaseMs: whole({
      description:
        'One process at a time writes to the store. Another takes over when it heard nothing of it for this long.',
      default: 30_000,
      minimum: 5_000,
      maximum: 600_000,
    }),
  },
  { description: 'Where what must survive is kept.' },
);
