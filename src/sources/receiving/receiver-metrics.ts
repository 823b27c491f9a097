import type { Metrics } from '../../runtime/index.ts';

export interface ReceiverMetrics {
  request(status: number): void;
  spans(received: number, rejected: number): void;
}

const NAMES = { otlp: 'OTLP', zipkin: 'Zipkin', jaeger: 'Jaeger thrift' } as const;

export function createReceiverMetrics(
  metrics: Metrics,
  source: string,
  protocol: keyof typeof NAMES,
): ReceiverMetrics {
  const requests = metrics.counter(
    `spanwatch_${protocol}_requests_total`,
    `${NAMES[protocol]} requests answered, by HTTP status.`,
    ['source', 'code'],
  );
  const received = metrics.counter('spanwatch_received_spans_total', 'Spans taken from sources.', ['source']);
  const rejected = metrics.counter(
    'spanwatch_rejected_spans_total',
    'Spans that were readable but unusable (no id, impossible times).',
    ['source', 'reason'],
  );
  return {
    request: (status) => requests.inc({ source, code: String(status) }),
    spans: (took, left) => {
      received.inc({ source }, took);
      if (left > 0) rejected.inc({ source, reason: 'unusable' }, left);
    },
  };
}
