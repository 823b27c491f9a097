import type { SpanFormat } from '../domain/decode.ts';
import type { Names } from '../domain/names.ts';
import type { SpanBatch } from '../domain/span-batch.ts';
import type { JsonValue } from '../runtime/index.ts';
import { JaegerJsonReader } from './jaeger-json.ts';
import { createJsonFormat, type Rejections } from './json-format.ts';
import { isObject, objectAt, textOf, type JsonObject } from './json-values.ts';

/**
 * Jaeger's protobuf model as JSON (jsonpb), which collectors write to Kafka as `json` and `jaeger_json`: ONE span a
 * message, camelCase, ids in base64, enums by name, defaults left out, times as RFC 3339 and `"0.000005s"` (or Go's
 * `"5000ns"`). It is turned into the shape of the query service's JSON, which the same reader reads.
 */
export function createJaegerJsonpbFormat(names: Names, maxValues?: number): SpanFormat {
  const reader = new JaegerJsonReader(names);
  return createJsonFormat(
    'jaeger-jsonpb',
    (value, into, rejections) => read(reader, value, into, rejections),
    maxValues,
  );
}

function read(reader: JaegerJsonReader, value: JsonValue, into: SpanBatch, rejections: Rejections): void {
  const span = asQueryJson(objectAt(value, ''));
  reader.read({ traceID: span['traceID'], spans: [span] }, into, rejections);
}

function asQueryJson(span: JsonObject): JsonObject {
  return {
    traceID: hexOf(span['traceId']),
    spanID: hexOf(span['spanId']),
    operationName: textOf(span['operationName']),
    references: listOf(span['references']).map((reference) => ({
      refType: reference['refType'] ?? 'CHILD_OF',
      traceID: hexOf(reference['traceId']),
      spanID: hexOf(reference['spanId']),
    })),
    startTime: timeUs(textOf(span['startTime'])),
    duration: durationUs(textOf(span['duration'])),
    tags: tagsOf(span['tags']),
    logs: listOf(span['logs']).map((log) => ({ fields: tagsOf(log['fields']) })),
    process: processOf(span['process']),
  };
}

function processOf(value: JsonValue | undefined): JsonObject {
  const process = isObject(value) ? value : {};
  return { serviceName: textOf(process['serviceName']), tags: tagsOf(process['tags']) };
}

function listOf(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The value is in the field of its type; the field is left out when the value is its type's zero. */
function tagsOf(value: JsonValue | undefined): JsonObject[] {
  return listOf(value).map((tag) => ({ key: textOf(tag['key']), value: tagValue(tag) }));
}

function tagValue(tag: JsonObject): JsonValue {
  switch (tag['vType']) {
    case 'BOOL':
    case 1:
      return tag['vBool'] ?? false;
    case 'INT64':
    case 2:
      return Number(tag['vInt64'] ?? 0);
    case 'FLOAT64':
    case 3:
      return tag['vFloat64'] ?? 0;
    default:
      return tag['vStr'] ?? '';
  }
}

/** Ids are base64 by jsonpb; what some writers left as hex stays. */
function hexOf(value: JsonValue | undefined): string {
  const text = textOf(value);
  if (/^([0-9a-fA-F]{32}|[0-9a-fA-F]{16})$/.test(text) && !text.endsWith('=')) return text;
  return Buffer.from(text, 'base64').toString('hex');
}

/** Microseconds since 1970 of an RFC 3339 time with up to nanoseconds; NaN for anything else. */
function timeUs(text: string): number {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return Number.NaN;
  const [, seconds, fraction = '', zone] = match;
  return Date.parse(`${seconds}${zone}`) * 1000 + Number(fraction.padEnd(9, '0')) / 1000;
}

/** Go's units of a duration, in microseconds. */
const UNIT_US: Readonly<Record<string, number>> = {
  ns: 0.001,
  us: 1,
  µs: 1,
  ms: 1000,
  s: 1e6,
  m: 60e6,
  h: 3600e6,
};

/** Microseconds of `"0.000005s"`, `"5000ns"`, `"1m2.5s"`; nothing is zero, as jsonpb leaves zeros out. */
function durationUs(text: string): number {
  if (text === '') return 0;
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return Number.NaN;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * UNIT_US[unit],
    0,
  );
}
