import type { Counter, Gauge } from 'prom-client';
import type { Metrics } from '../../runtime/index.ts';

export interface StoreMetrics {
  readonly replicated: Gauge;
  readonly unsent: Gauge;
  readonly refused: Counter;
}

export function storeMetrics(metrics: Metrics): StoreMetrics {
  return {
    replicated: metrics.gauge(
      'spanwatch_store_replicated',
      '1 while what is written is in Elasticsearch, too; 0 while the local file goes on alone.',
    ),
    unsent: metrics.gauge(
      'spanwatch_store_unsent_operations',
      'Writes that the local file has and Elasticsearch has not.',
    ),
    refused: metrics.counter(
      'spanwatch_store_refused_operations_total',
      'Writes made alone that did not fit what another process wrote meanwhile.',
    ),
  };
}
