import type { ElasticsearchAccess } from '../../runtime/elasticsearch.ts';

export interface ElasticsearchConfig extends ElasticsearchAccess {
  readonly name: string;
  /** Who wrote the documents: which field is their time, and where they are unless `index` says. */
  readonly layout: 'jaeger' | 'otel' | 'apm';
  /** Indices, aliases or patterns, separated by commas. */
  readonly index?: string;
  readonly pageSize: number;
}

/** Each layout's time field, and its indices as they are named by default. */
export const LAYOUTS = {
  jaeger: { time: 'startTimeMillis', index: 'jaeger-span-*,*-jaeger-span-*' },
  otel: { time: '@timestamp', index: 'traces-*.otel-*' },
  apm: { time: '@timestamp', index: 'traces-apm*' },
} as const;
