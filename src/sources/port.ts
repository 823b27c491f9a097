import type { SpanFormat } from '../domain/decode.ts';
import type { Names } from '../domain/names.ts';

/** What sources need of the formats; `createFormats` of the formats room gives it. Not for use from several threads. */
export interface SourceFormats {
  readonly names: Names;
  readonly byName: Readonly<Record<SourceFormatName, SpanFormat>>;
  sniff(bytes: Uint8Array): SourceSniff;
}

export type SourceFormatName = 'otlp-proto' | 'otlp-json' | 'jaeger-json' | 'zipkin-json';

export type SourceSniff =
  | { readonly kind: 'gzip' | 'unknown' | 'empty' }
  | { readonly kind: 'json'; readonly format: SourceFormatName }
  | {
      readonly kind: 'proto';
      readonly format: SourceFormatName;
      readonly framing: 'single' | 'varint' | 'uint32';
    };
