import type { SpanBatch } from '../domain/span-batch.ts';

/** The batch as an OTLP JSON ExportTraceServiceRequest (opentelemetry-proto, JSON mapping), one line. */
export function encodeOtlpJson(_batch: SpanBatch): string {
  throw new Error('not there yet');
}
