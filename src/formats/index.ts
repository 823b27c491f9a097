import type { DecodeOutcome, SpanFormat } from '../domain/decode.ts';
import type { Names } from '../domain/names.ts';
import type { SpanBatch } from '../domain/span-batch.ts';
import type { FormatName, SniffedFormat } from './format-name.ts';
import { createJaegerJsonFormat } from './jaeger-json.ts';
import { createJaegerJsonpbFormat } from './jaeger-jsonpb.ts';
import { createJaegerProtoFormat } from './jaeger-proto.ts';
import { createJaegerThriftFormat } from './jaeger-thrift.ts';
import { createOtlpJsonFormat } from './otlp-json.ts';
import { createOtlpProtoFormat } from './otlp-proto.ts';
import { sniffFormat } from './sniff.ts';
import { createZipkinJsonFormat } from './zipkin-json.ts';

export { FORMAT_NAMES, type FormatName, type ProtoFraming, type SniffedFormat } from './format-name.ts';
export { createJaegerJsonFormat } from './jaeger-json.ts';
export { createJaegerJsonpbFormat } from './jaeger-jsonpb.ts';
export { createJaegerProtoFormat } from './jaeger-proto.ts';
export { createJaegerThriftFormat } from './jaeger-thrift.ts';
export { createOtlpJsonFormat } from './otlp-json.ts';
export { createOtlpProtoFormat } from './otlp-proto.ts';
export { createSearchDocumentReader } from './search-document.ts';
export { sniffRecord } from './sniff-record.ts';
export { sniffFormat } from './sniff.ts';
export { createZipkinJsonFormat } from './zipkin-json.ts';

/** Every format over one table of names. Each decoder keeps buffers of its own: use a set from one thread only. */
export interface Formats {
  readonly names: Names;
  readonly byName: Readonly<Record<FormatName, SpanFormat>>;
  /** What the first bytes of a file or message look like (some 64 KB are plenty). */
  sniff(bytes: Uint8Array): SniffedFormat;
  /**
   * Decodes one whole, uncompressed message of whichever format it is; `fatal` when it looks like none. It does not
   * split files: that is the file source's business.
   */
  decodeBest(bytes: Uint8Array, into: SpanBatch): DecodeOutcome;
}

/**
 * `JSON.parse` makes some 60 bytes of each `{},`, twenty times what it read: 64 MiB of those would take a heap of its
 * own. Real spans have a value in ten bytes or more, so that this many are 40 MB of them, which no exporter sends at once.
 */
export const MAX_LIVE_JSON_VALUES = 4_000_000;

export interface FormatLimits {
  /** Values in one message that is parsed by `JSON.parse`: for what strangers send. Files may have any number. */
  readonly maxJsonValues?: number;
}

export function createFormats(names: Names, { maxJsonValues }: FormatLimits = {}): Formats {
  const byName = {
    'otlp-proto': createOtlpProtoFormat(names),
    'otlp-json': createOtlpJsonFormat(names, maxJsonValues),
    'jaeger-json': createJaegerJsonFormat(names, maxJsonValues),
    'jaeger-proto': createJaegerProtoFormat(names),
    'jaeger-thrift': createJaegerThriftFormat(names),
    'jaeger-jsonpb': createJaegerJsonpbFormat(names, maxJsonValues),
    'zipkin-json': createZipkinJsonFormat(names, maxJsonValues),
  };
  return {
    names,
    byName,
    sniff: sniffFormat,
    decodeBest: (bytes, into) => {
      const sniffed = sniffFormat(bytes);
      if (sniffed.kind === 'json' || (sniffed.kind === 'proto' && sniffed.framing === 'single'))
        return byName[sniffed.format].decode(bytes, into);
      if (sniffed.kind === 'empty') return { spans: 0, rejected: 0, fatal: false };
      return {
        spans: 0,
        rejected: 0,
        fatal: true,
        error: { at: 'byte 0', message: `no known trace format (looks like: ${sniffed.kind})` },
      };
    },
  };
}
