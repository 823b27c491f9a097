import type { ElasticsearchSinkConfig } from './sink-config.ts';
import { indexNames, TEMPLATE_VERSION } from './sink-config.ts';
import type { JsonValue } from '../runtime/index.ts';

type Json = { readonly [key: string]: JsonValue };

/** Beyond Elastic's own templates (100 to 200), which patterns such as `*-*` bring along. */
const PRIORITY = 400;
/** A name of ours is at most some hundreds of characters; Lucene takes 32,766 bytes of a keyword. */
const KEYWORD = { type: 'keyword', ignore_above: 2048 } as const;
const NUMBER = { type: 'double' } as const;
const COUNT = { type: 'long' } as const;
const TIME = { type: 'date' } as const;

/** A request to be sent before anything is written; `isNeeded` where what is there answers 404 or is older. */
export interface Installation {
  readonly path: string;
  readonly body: Json;
}

/** Composable templates (Elasticsearch reference, "Index templates"): one of fields, three of indices. */
export function templates({ prefix }: ElasticsearchSinkConfig, withIlm: boolean): readonly Installation[] {
  const names = indexNames(prefix);
  const fields = `${prefix}-fields`;
  const common = {
    version: TEMPLATE_VERSION,
    _meta: { managed_by: 'spanwatch', description: 'Written by Spanwatch: docs/elasticsearch.md' },
  };
  const index = (name: string, pattern: string, stream: boolean): Installation => ({
    path: `/_index_template/${name}`,
    body: {
      ...common,
      index_patterns: [pattern],
      priority: PRIORITY,
      composed_of: [fields],
      ...(stream && { data_stream: {} }),
      template: {
        settings: {
          index: {
            number_of_shards: 1,
            auto_expand_replicas: '0-1',
            ...(stream && withIlm && { lifecycle: { name: policyName(prefix) } }),
          },
        },
      },
    },
  });
  return [
    {
      path: `/_component_template/${fields}`,
      body: { ...common, template: { mappings: { dynamic: false, properties: PROPERTIES } } },
    },
    index(names.incidents, `${names.incidents}-*`, false),
    index(names.events, names.events, true),
    index(names.traces, names.traces, true),
  ];
}

export function policyName(prefix: string): string {
  return `${prefix}-streams`;
}

/** A day a backing index, and each deleted so long after it was left (reference, "Index lifecycle"). */
export function ilmPolicy({ prefix, retentionDays }: ElasticsearchSinkConfig): Installation {
  return {
    path: `/_ilm/policy/${policyName(prefix)}`,
    body: {
      policy: {
        _meta: { managed_by: 'spanwatch', version: TEMPLATE_VERSION, retention_days: retentionDays },
        phases: {
          hot: { actions: { rollover: { max_age: '1d', max_primary_shard_size: '10gb' } } },
          delete: { min_age: `${retentionDays}d`, actions: { delete: {} } },
        },
      },
    },
  };
}

const COMPONENT = {
  properties: {
    key: KEYWORD,
    kind: KEYWORD,
    service: KEYWORD,
    operation: KEYWORD,
    callee: KEYWORD,
    callee_operation: KEYWORD,
    peer: KEYWORD,
    instance: KEYWORD,
    version: KEYWORD,
  },
};

/** ECS 8 where it has a field, `spanwatch.*` beyond. */
const PROPERTIES: Json = {
  '@timestamp': TIME,
  message: { type: 'text', fields: { keyword: KEYWORD } },
  event: {
    properties: {
      kind: KEYWORD,
      dataset: KEYWORD,
      action: KEYWORD,
      outcome: KEYWORD,
      reason: { type: 'text' },
      sequence: COUNT,
      duration: COUNT,
      start: TIME,
      end: TIME,
    },
  },
  service: {
    properties: {
      name: KEYWORD,
      environment: KEYWORD,
      namespace: KEYWORD,
      version: KEYWORD,
      node: { properties: { name: KEYWORD } },
    },
  },
  trace: { properties: { id: KEYWORD } },
  transaction: { properties: { name: KEYWORD } },
  user: { properties: { name: KEYWORD } },
  spanwatch: {
    properties: {
      incident: {
        properties: {
          id: KEYWORD,
          state: KEYWORD,
          severity: KEYWORD,
          severity_rank: COUNT,
          active_rank: COUNT,
          revision: COUNT,
          openings: COUNT,
          fingerprint: KEYWORD,
          hurt_ratio: NUMBER,
          acknowledged_by: KEYWORD,
          resolved_by: KEYWORD,
          entries: KEYWORD,
          notes: { type: 'text' },
          suspects: KEYWORD,
          suspect: {
            properties: {
              kind: KEYWORD,
              cause: KEYWORD,
              share: NUMBER,
              component: KEYWORD,
              operation: KEYWORD,
              peer: KEYWORD,
            },
          },
        },
      },
      component: COMPONENT,
      evidence: {
        properties: {
          observed: NUMBER,
          expected: NUMBER,
          unit: KEYWORD,
          p: NUMBER,
          z: NUMBER,
          effect: NUMBER,
          direction: KEYWORD,
          count: NUMBER,
          from: TIME,
          to: TIME,
        },
      },
      trace: {
        properties: {
          duration: NUMBER,
          spans: COUNT,
          services: KEYWORD,
          score: NUMBER,
          outlier: { type: 'boolean' },
          typical_id: KEYWORD,
          typical_duration: NUMBER,
          typical_score: NUMBER,
        },
      },
      compared: {
        properties: {
          observed: NUMBER,
          typical: NUMBER,
          expected: NUMBER,
          excess: NUMBER,
          unit: KEYWORD,
          z: NUMBER,
        },
      },
    },
  },
};
