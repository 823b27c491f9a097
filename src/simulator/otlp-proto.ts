import type { SpanBatch } from '../domain/span-batch.ts';

/** The batch as an OTLP protobuf ExportTraceServiceRequest. */
export function encodeOtlpProto(_batch: SpanBatch): Uint8Array {
  throw new Error('not there yet');
}
