import { status as Status } from '@grpc/grpc-js';
import type { Metrics } from '../../runtime/index.ts';

export interface GrpcMetrics {
  call(code: Status): void;
  spans(received: number, rejected: number): void;
}

export function createGrpcMetrics(metrics: Metrics, source: string): GrpcMetrics {
  const calls = metrics.counter(
    'spanwatch_otlp_grpc_requests_total',
    'OTLP/gRPC requests answered, by gRPC status.',
    ['source', 'code'],
  );
  const received = metrics.counter('spanwatch_received_spans_total', 'Spans taken from sources.', ['source']);
  const rejected = metrics.counter(
    'spanwatch_rejected_spans_total',
    'Spans that were readable but unusable (no id, impossible times).',
    ['source', 'reason'],
  );
  return {
    call: (code) => calls.inc({ source, code: Status[code] }),
    spans: (took, left) => {
      received.inc({ source }, took);
      if (left > 0) rejected.inc({ source, reason: 'unusable' }, left);
    },
  };
}
