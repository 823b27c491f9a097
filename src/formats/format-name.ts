/** The wire formats by name, as configuration and metrics spell them. */
export const FORMAT_NAMES = [
  'otlp-proto',
  'otlp-json',
  'jaeger-json',
  'jaeger-proto',
  'jaeger-jsonpb',
  'jaeger-thrift',
  'zipkin-json',
] as const;

export type FormatName = (typeof FORMAT_NAMES)[number];

/**
 * What bytes look like. `framing` says how messages follow each other in a protobuf file: one message, varint length
 * prefixes (protobuf's own delimited streams) or 4-byte big-endian ones (the Collector's file exporter).
 */
export type SniffedFormat =
  | { readonly kind: 'gzip' | 'unknown' | 'empty' }
  | { readonly kind: 'json'; readonly format: FormatName }
  | { readonly kind: 'proto'; readonly format: FormatName; readonly framing: ProtoFraming };

export type ProtoFraming = 'single' | 'varint' | 'uint32';
