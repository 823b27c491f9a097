import type { DecodeOutcome, SpanFormat } from '../domain/decode.ts';
import type { Names } from '../domain/names.ts';
import type { SpanBatch } from '../domain/span-batch.ts';
import type { JsonValue } from '../runtime/index.ts';
import { createJsonFormat, type Rejections } from './json-format.ts';
import {
  arrayAt,
  isObject,
  numberOf,
  objectAt,
  textOf,
  JsonShapeError,
  type JsonObject,
} from './json-values.ts';
import { RESOURCE_PARTS } from './known-keys.ts';
import { OtlpJsonQuick } from './otlp-json-quick.ts';
import type { ResourceIds } from './resource-ids.ts';
import { isTrue, resolveResource, TextSpan } from './text-span.ts';
import { resourceReading } from './resource-keys.ts';

/**
 * OTLP JSON (opentelemetry-proto docs/specification.md, "JSON Protobuf Encoding"): lowerCamelCase keys, hex ids in
 * any case, integer enums, 64-bit integers as decimal text. Read besides, since they are met: snake_case keys, enum
 * names, numbers for 64-bit integers, base64 ids (plain jsonpb: Jaeger's api_v3 before 1.43, Tempo), the wrappers
 * `result` (Jaeger api_v3), `trace` and `batches` (Tempo), `instrumentationLibrarySpans` (before 0.19), and an array
 * of such objects.
 */
export function createOtlpJsonFormat(names: Names, maxValues?: number): SpanFormat {
  const quick = new OtlpJsonQuick(names);
  const tolerant = createTolerantOtlpJsonFormat(names, maxValues);
  const decode = (bytes: Uint8Array, into: SpanBatch): DecodeOutcome => {
    const before = into.length;
    if (quick.read(bytes, into)) return { spans: into.length - before, rejected: 0, fatal: false };
    return tolerant.decode(bytes, into);
  };
  return { name: 'otlp-json', decode };
}

/** By `JSON.parse` alone: the reading that defines what the quick one may give. */
export function createTolerantOtlpJsonFormat(names: Names, maxValues?: number): SpanFormat {
  const reader = new OtlpJsonReader(names);
  return createJsonFormat(
    'otlp-json',
    (value, into, rejections) => reader.read(value, into, rejections),
    maxValues,
  );
}

const KIND_NAMES = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const STATUS_NAMES = ['UNSET', 'OK', 'ERROR'];

class OtlpJsonReader {
  readonly #names: Names;
  readonly #span: TextSpan;

  constructor(names: Names) {
    this.#names = names;
    this.#span = new TextSpan(names);
  }

  read(value: JsonValue, into: SpanBatch, rejections: Rejections): void {
    if (Array.isArray(value)) {
      for (const [i, each] of value.entries())
        this.#request(objectAt(each, `[${i}]`), `[${i}].`, into, rejections);
      return;
    }
    this.#request(objectAt(value, ''), '', into, rejections);
  }

  #request(request: JsonObject, path: string, into: SpanBatch, rejections: Rejections): void {
    const wrapper = ['result', 'trace'].find((name) => isObject(request[name]));
    // One wrapper only: deeper ones would be recursion of a stranger's making.
    if (wrapper !== undefined && (path === '' || path.endsWith('].')))
      return this.#request(request[wrapper] as JsonObject, `${path}${wrapper}.`, into, rejections);
    const key = ['resourceSpans', 'resource_spans', 'batches'].find((name) => Object.hasOwn(request, name));
    // An empty request is a valid one.
    if (key === undefined) {
      if (Object.keys(request).length === 0 || Object.hasOwn(request, 'partialSuccess')) return;
      throw new JsonShapeError(path, 'no resourceSpans');
    }
    for (const [r, each] of arrayAt(request[key], path + key).entries())
      this.#resourceSpans(objectAt(each, `${path}${key}[${r}]`), `${path}${key}[${r}]`, into, rejections);
  }

  #resourceSpans(group: JsonObject, path: string, into: SpanBatch, rejections: Rejections): void {
    const resource = this.#resource(group.resource, `${path}.resource`);
    for (const key of SCOPE_KEYS) {
      for (const [s, scope] of arrayAt(group[key], `${path}.${key}`).entries()) {
        const spans = objectAt(scope, `${path}.${key}[${s}]`).spans;
        for (const [i, span] of arrayAt(spans, `${path}.${key}[${s}].spans`).entries()) {
          const where = (): string => `${path}.${key}[${s}].spans[${i}]`;
          const fault = isObject(span) ? this.#readSpan(span, into, resource) : 'not an object';
          if (fault !== undefined) rejections.add(where, fault);
        }
      }
    }
  }

  #resource(value: JsonValue | undefined, path: string): ResourceIds {
    const texts: string[] = Array.from({ length: RESOURCE_PARTS }, () => '');
    const attributes = isObject(value) ? value.attributes : undefined;
    for (const attribute of arrayAt(attributes, `${path}.attributes`)) {
      if (!isObject(attribute) || typeof attribute.key !== 'string') continue;
      const code = resourceReading(this.#names).codes.get(attribute.key);
      if (code === undefined) continue;
      const text = plain(attribute.value);
      if (typeof text === 'string') texts[code] = text;
    }
    return resolveResource(this.#names, texts);
  }

  #readSpan(json: JsonObject, into: SpanBatch, resource: ResourceIds): string | undefined {
    const span = this.#span;
    span.reset();
    span.setIds(idOf(json.traceId ?? json.trace_id, 16), idOf(json.spanId ?? json.span_id, 8), false);
    span.setParent(idOf(json.parentSpanId ?? json.parent_span_id, 8), false);
    span.name = textOf(json.name);
    span.facts.kind = enumOf(json.kind, KIND_NAMES, 'SPAN_KIND_');
    const start = timeOf(json.startTimeUnixNano ?? json.start_time_unix_nano);
    const end = timeOf(json.endTimeUnixNano ?? json.end_time_unix_nano);
    if (start === undefined || end === undefined) return 'start or end time is missing';
    span.startUs = start.seconds * 1e6 + start.nanos / 1000;
    span.durationUs = ((end.seconds - start.seconds) * 1e9 + (end.nanos - start.nanos)) / 1000;
    span.traceState = textOf(json.traceState ?? json.trace_state);
    if (isObject(json.status)) span.facts.statusCode = enumOf(json.status.code, STATUS_NAMES, 'STATUS_CODE_');
    for (const attribute of listOf(json.attributes)) {
      if (isObject(attribute) && typeof attribute.key === 'string')
        span.tag(attribute.key, plain(attribute.value));
    }
    span.facts.escapedException = listOf(json.events).some(isEscapedException);
    return span.append(into, resource);
  }
}

const SCOPE_KEYS = [
  'scopeSpans',
  'scope_spans',
  'instrumentationLibrarySpans',
  'instrumentation_library_spans',
] as const;

/** What is inside a span and not as it should be is left out, like unknown fields. */
function listOf(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : [];
}

/** AnyValue to plain JSON, integers as numbers; arrays, maps and bytes are not read. */
function plain(value: JsonValue | undefined): JsonValue | undefined {
  if (!isObject(value)) return undefined;
  const integer = value.intValue ?? value.int_value;
  if (integer !== undefined && integer !== null) return numberOf(integer);
  return (
    value.stringValue ??
    value.boolValue ??
    value.doubleValue ??
    value.string_value ??
    value.bool_value ??
    value.double_value
  );
}

function isEscapedException(event: JsonValue): boolean {
  if (!isObject(event) || event.name !== 'exception') return false;
  return listOf(event.attributes).some(
    (attribute) =>
      isObject(attribute) && attribute.key === 'exception.escaped' && isTrue(plain(attribute.value)),
  );
}

/** Hex as it is; base64 of `bytes` bytes (24 or 12 characters, which no hex id has) as hex. */
function idOf(value: JsonValue | undefined, bytes: number): string {
  const id = textOf(value);
  if (id.length !== Math.ceil(bytes / 3) * 4 || !id.endsWith('=')) return id;
  const raw = Buffer.from(id, 'base64');
  return raw.length === bytes ? raw.toString('hex') : id;
}

function enumOf(value: JsonValue | undefined, names: readonly string[], prefix: string): number {
  const number = numberOf(value);
  if (number >= 0 && number < names.length) return Math.trunc(number);
  if (typeof value !== 'string' || !value.startsWith(prefix)) return 0;
  return Math.max(0, names.indexOf(value.slice(prefix.length)));
}

/** Nanoseconds since 1970, split before they become numbers: as one number they would lose 256 ns. */
function timeOf(value: JsonValue | undefined): { seconds: number; nanos: number } | undefined {
  if (typeof value === 'number')
    return { seconds: Math.floor(value / 1e9), nanos: value - Math.floor(value / 1e9) * 1e9 };
  // 2^64 has twenty digits.
  if (typeof value !== 'string' || value.length > 20 || !/^\d+$/.test(value)) return undefined;
  return { seconds: Number(value.slice(0, -9)), nanos: Number(value.slice(-9)) };
}
