import type { SpanFormat } from '../domain/decode.ts';
import type { Names } from '../domain/names.ts';

/** What sources need of the formats; `createFormats` of the formats room gives it. Not for use from several threads. */
export interface SourceFormats {
  readonly names: Names;
  readonly byName: Readonly<Record<SourceFormatName, SpanFormat>>;
  sniff(bytes: Uint8Array): SourceSniff;
}

export type SourceFormatName =
  | 'otlp-proto'
  | 'otlp-json'
  | 'jaeger-json'
  | 'jaeger-proto'
  | 'jaeger-jsonpb'
  | 'jaeger-thrift'
  | 'zipkin-json';

export type SourceSniff =
  | { readonly kind: 'gzip' | 'unknown' | 'empty' }
  | { readonly kind: 'json'; readonly format: SourceFormatName }
  | {
      readonly kind: 'proto';
      readonly format: SourceFormatName;
      readonly framing: 'single' | 'varint' | 'uint32';
    };

/** What stands before a receiver: whether there is room for a request. Shared by all receivers of a process. */
export interface Admission {
  /** Asked before a body is read: how long the sender should stay away. Undefined: come in. */
  refusal(): { readonly retryAfterMs: number } | undefined;
  /** Room for so many bytes of a body, on the wire or inflated; false when there is none. Must be released. */
  take(bytes: number): boolean;
  release(bytes: number): void;
}
