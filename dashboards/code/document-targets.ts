import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import * as elastic from '@grafana/grafana-foundation-sdk/elasticsearch';
import type { DocumentQuery } from './panels.ts';

export const DOCUMENTS = { type: 'elasticsearch', uid: '${documents}' } as const;
const TIME_FIELD = '@timestamp';

/** Metrics have the ids 1, 2, ... and buckets those after them, as Grafana's editor numbers them. */
export function documentTarget(query: DocumentQuery, refId: string): elastic.DataqueryBuilder {
  return new elastic.DataqueryBuilder()
    .refId(refId)
    .datasource(DOCUMENTS)
    .query(query.lucene)
    .alias(query.legend)
    .timeField(TIME_FIELD)
    .metrics(metricsOf(query).map(built))
    .bucketAggs(bucketsOf(query).map(built));
}

export function metricsOf({ rows, metrics }: DocumentQuery): elastic.MetricAggregation[] {
  if (rows !== undefined) return [{ id: '1', type: 'raw_data', settings: { size: String(rows) } }];
  if (metrics === undefined) return [{ id: '1', type: 'count' }];
  return metrics.map(({ type, field }, i) => ({ id: String(i + 1), type, field }));
}

export function bucketsOf(query: DocumentQuery): elastic.BucketAggregation[] {
  const { rows, by, overTime } = query;
  if (rows !== undefined) return [];
  let id = metricsOf(query).length;
  const buckets: elastic.BucketAggregation[] = [];
  if (by !== undefined)
    buckets.push({
      id: String(++id),
      type: elastic.BucketAggregationType.Terms,
      field: by.field,
      settings: {
        size: String(by.size),
        order: elastic.TermsOrder.Desc,
        orderBy: by.orderBy === undefined ? '_count' : String(by.orderBy),
        min_doc_count: '1',
      },
    });
  if (overTime === true)
    buckets.push({
      id: String(++id),
      type: elastic.BucketAggregationType.DateHistogram,
      field: TIME_FIELD,
      settings: { interval: 'auto', min_doc_count: '0', trimEdges: '0' },
    });
  return buckets;
}

function built<T>(value: T): cog.Builder<T> {
  return { build: () => value };
}
