import type { Names } from '../domain/names.ts';
import type { SpanBatch } from '../domain/span-batch.ts';
import { ApmDocumentReader } from './apm-document.ts';
import { JaegerDocumentReader } from './jaeger-document.ts';
import { isObject, type JsonObject } from './json-values.ts';
import type { JsonValue } from '../runtime/index.ts';
import { OtelDocumentReader } from './otel-document.ts';

/** One document of a search engine to one span: appended, or why not. */
export interface DocumentReader {
  read(document: JsonObject, into: SpanBatch): string | undefined;
}

/** Spans as Jaeger, the Collector's elasticsearch exporter and Elastic APM keep them in Elasticsearch, told apart by their fields. */
export function createSearchDocumentReader(names: Names): {
  read(document: JsonValue | undefined, into: SpanBatch): string | undefined;
} {
  const jaeger = new JaegerDocumentReader(names);
  const otel = new OtelDocumentReader(names);
  const apm = new ApmDocumentReader(names);
  return {
    read: (document, into) => {
      if (!isObject(document)) return 'not an object';
      if ('traceID' in document) return jaeger.read(document, into);
      if ('processor' in document || 'processor.event' in document) return apm.read(document, into);
      if ('trace_id' in document) return otel.read(document, into);
      return 'neither of Jaeger, of OpenTelemetry nor of Elastic APM';
    },
  };
}
