import type { DecodeOutcome, SpanFormat } from '../domain/decode.ts';
import type { Names } from '../domain/names.ts';
import type { SpanBatch } from '../domain/span-batch.ts';
import type { FormatName, SniffedFormat } from './format-name.ts';
import { createJaegerJsonFormat } from './jaeger-json.ts';
import { createOtlpJsonFormat } from './otlp-json.ts';
import { createOtlpProtoFormat } from './otlp-proto.ts';
import { sniffFormat } from './sniff.ts';
import { createZipkinJsonFormat } from './zipkin-json.ts';

export { FORMAT_NAMES, type FormatName, type ProtoFraming, type SniffedFormat } from './format-name.ts';
export { createJaegerJsonFormat } from './jaeger-json.ts';
export { createOtlpJsonFormat } from './otlp-json.ts';
export { createOtlpProtoFormat } from './otlp-proto.ts';
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

export function createFormats(names: Names): Formats {
  const byName = {
    'otlp-proto': createOtlpProtoFormat(names),
    'otlp-json': createOtlpJsonFormat(names),
    'jaeger-json': createJaegerJsonFormat(names),
    'zipkin-json': createZipkinJsonFormat(names),
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
