import type { Names } from '../domain/names.ts';
import { SpanKind, type SpanBatch } from '../domain/span-batch.ts';
import type { JsonValue } from '../runtime/index.ts';
import { fieldAt } from './flat-document.ts';
import { isObject, numberOf, textOf, type JsonObject } from './json-values.ts';
import { RESOURCE_PARTS, SPAN_KEYS } from './known-keys.ts';
import type { ResourceIds } from './resource-ids.ts';
import { StatusCode } from './span-facts.ts';
import { resolveResource, TextSpan } from './text-span.ts';
import { resourceReading } from './resource-keys.ts';

const KINDS = new Map<string, number>([
  ['internal', SpanKind.Internal],
  ['server', SpanKind.Server],
  ['client', SpanKind.Client],
  ['producer', SpanKind.Producer],
  ['consumer', SpanKind.Consumer],
]);

/**
 * A span of a stream `traces-*.otel-*` as the Collector's elasticsearch exporter writes it (opentelemetry-collector-contrib
 * exporter/elasticsearchexporter, otelserializer/traces.go): `@timestamp` its start as RFC 3339 or `epoch ms.nanos`,
 * `duration` in nanoseconds, attributes below `attributes` and `resource.attributes`, flat or nested.
 */
export class OtelDocumentReader {
  readonly #names: Names;
  readonly #span: TextSpan;

  constructor(names: Names) {
    this.#names = names;
    this.#span = new TextSpan(names);
  }

  read(document: JsonObject, into: SpanBatch): string | undefined {
    const span = this.#span;
    span.reset();
    span.setIds(textOf(document.trace_id), textOf(document.span_id), false);
    span.setParent(textOf(document.parent_span_id), false);
    span.name = textOf(document.name);
    span.facts.kind = KINDS.get(textOf(document.kind).toLowerCase()) ?? SpanKind.Unspecified;
    span.startUs = timestampUs(document['@timestamp']);
    span.durationUs = numberOf(document.duration) / 1000;
    span.traceState = textOf(document.trace_state);
    const status = textOf(fieldAt(document, 'status.code')).toLowerCase();
    if (status === 'error') span.facts.statusCode = StatusCode.Error;
    else if (status === 'ok') span.facts.statusCode = StatusCode.Ok;
    const attributes = isObject(document.attributes) ? document.attributes : {};
    for (const [key] of SPAN_KEYS) {
      const value = fieldAt(attributes, key);
      if (value !== undefined) span.tag(key, value);
    }
    return span.append(into, this.#resource(document));
  }

  #resource(document: JsonObject): ResourceIds {
    const texts: string[] = Array.from({ length: RESOURCE_PARTS }, () => '');
    const attributes = fieldAt(document, 'resource.attributes');
    if (isObject(attributes))
      for (const [key, part] of resourceReading(this.#names).codes)
        texts[part] = textOf(fieldAt(attributes, key));
    return resolveResource(this.#names, texts);
  }
}

/** Microseconds since 1970 of an RFC 3339 time or of `milliseconds.fraction`; NaN for anything else. */
export function timestampUs(value: JsonValue | undefined): number {
  const text = textOf(value);
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const ms = Date.parse(text);
  // Date holds milliseconds; what is finer is taken from the text.
  const fraction = /\.(\d{3})(\d{1,6})/.exec(text)?.[2] ?? '';
  return ms * 1000 + (fraction === '' ? 0 : Number(fraction.padEnd(6, '0')) / 1000);
}
