export interface ElasticsearchConfig {
  readonly name: string;
  /** One of the two. */
  readonly url?: string;
  readonly cloudId?: string;
  /** One of the two, or none. */
  readonly apiKey?: string;
  readonly login?: { readonly username: string; readonly password: string };
  /** Certificate authority in PEM. */
  readonly ca?: string;
  /** Who wrote the documents: which field is their time, and where they are unless `index` says. */
  readonly layout: 'jaeger' | 'otel' | 'apm';
  /** Indices, aliases or patterns, separated by commas. */
  readonly index?: string;
  readonly pageSize: number;
  readonly timeoutMs: number;
}

/** Each layout's time field, and its indices as they are named by default. */
export const LAYOUTS = {
  jaeger: { time: 'startTimeMillis', index: 'jaeger-span-*,*-jaeger-span-*' },
  otel: { time: '@timestamp', index: 'traces-*.otel-*' },
  apm: { time: '@timestamp', index: 'traces-apm*' },
} as const;
