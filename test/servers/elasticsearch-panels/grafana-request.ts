import { bucketsOf, metricsOf } from '../../../dashboards/code/document-targets.ts';
import type { DocumentQuery } from '../../../dashboards/code/panels.ts';

export interface Asked {
  readonly index: string;
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly intervalMs: number;
}

interface Bucket {
  readonly id: string;
  readonly type: string;
  readonly field: string;
  readonly settings: Readonly<Record<string, string | undefined>>;
}

/**
 * The two lines of `_msearch` that Grafana's Elasticsearch data source sends for a query, as its backend builds them
 * (grafana/grafana, pkg/tsdb/elasticsearch: data_query.go, client/search_request.go, client/client.go; version 11).
 */
export function grafanaRequest(query: DocumentQuery, asked: Asked): string {
  const header = { search_type: 'query_then_fetch', ignore_unavailable: true, index: asked.index };
  const range = { gte: asked.from, lte: asked.to, format: 'epoch_millis' };
  const filter = [
    { range: { '@timestamp': range } },
    { query_string: { analyze_wildcard: true, query: query.lucene } },
  ];
  const body = {
    query: { bool: { filter } },
    ...(query.rows === undefined ? figures(query, asked) : rows(query)),
  };
  return `${JSON.stringify(header)}\n${JSON.stringify(body)}\n`;
}

function rows({ rows: size }: DocumentQuery): object {
  return {
    size,
    sort: { '@timestamp': { order: 'desc', unmapped_type: 'boolean' }, _doc: { order: 'desc' } },
    docvalue_fields: ['@timestamp'],
    script_fields: {},
  };
}

/** Each bucket within the one before it, and the metrics in the last. */
function figures(query: DocumentQuery, asked: Asked): object {
  const metrics: Record<string, object> = Object.fromEntries(
    metricsOf(query).flatMap((metric) =>
      'field' in metric && metric.field !== undefined
        ? [[metric.id, { [String(metric.type)]: { field: metric.field } }] as const]
        : [],
    ),
  );
  const buckets = bucketsOf(query) as unknown as readonly Bucket[];
  const aggs = buckets.reduceRight<object>((within, bucket) => {
    const by = String(bucket.settings['orderBy']);
    // What terms are ordered by is a figure of theirs, wherever else it is asked for.
    const ordering = by in metrics ? { [by]: metrics[by] } : {};
    return { [bucket.id]: { ...bucketOf(bucket, asked), aggs: { ...within, ...ordering } } };
  }, metrics);
  return { size: 0, aggs };
}

function bucketOf({ type, field, settings }: Bucket, { from, to, intervalMs }: Asked): object {
  if (type === 'date_histogram')
    return {
      date_histogram: {
        ...{ field, min_doc_count: Number(settings['min_doc_count']), format: 'epoch_millis' },
        ...{ extended_bounds: { min: from, max: to }, fixed_interval: `${intervalMs}ms` },
      },
    };
  const { orderBy = '_count', order: way } = settings;
  const order = { [orderBy]: way };
  return { terms: { field, size: Number(settings['size']), order } };
}

/** What comes back for it: rows of a table, or points of lines that have a value. */
export function grafanaRows(query: DocumentQuery, answer: MsearchAnswer): number {
  if (answer.error !== undefined) throw new Error(JSON.stringify(answer.error));
  if (query.rows !== undefined) return answer.hits?.hits.length ?? 0;
  const [first] = Object.values(answer.aggregations ?? {});
  return first?.buckets?.filter(({ doc_count }) => doc_count > 0).length ?? 0;
}

export interface MsearchAnswer {
  readonly error?: unknown;
  readonly hits?: { readonly hits: readonly { readonly _source: Record<string, unknown> }[] };
  readonly aggregations?: Readonly<
    Record<string, { readonly buckets?: readonly { readonly key: unknown; readonly doc_count: number }[] }>
  >;
}
