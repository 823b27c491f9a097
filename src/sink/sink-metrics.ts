import type { Counter, Gauge } from 'prom-client';
import type { Metrics } from '../runtime/index.ts';

export interface SinkMetrics {
  readonly documents: Counter;
  readonly failures: Counter;
  readonly behindSeconds: Gauge;
}

export function sinkMetrics(metrics: Metrics): SinkMetrics {
  return {
    documents: metrics.counter(
      'spanwatch_sink_documents_total',
      'Documents for a sink: written, present (a retry, or a newer revision is there), dead (never to be taken).',
      ['sink', 'outcome'],
    ),
    failures: metrics.counter(
      'spanwatch_sink_failures_total',
      'Rounds that a sink did not take; each is tried again, from the store.',
      ['sink'],
    ),
    behindSeconds: metrics.gauge(
      'spanwatch_sink_behind_seconds',
      'Since when the oldest event that a sink has not taken waits; 0 when it has all.',
      ['sink'],
    ),
  };
}
