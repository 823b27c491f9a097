import { wordsToHex } from '../domain/ids.ts';
import { type SpanBatch, SpanFlag } from '../domain/span-batch.ts';
import {
  type Attribute,
  attributesKey,
  type EncodeOptions,
  groupByResource,
  resourceAttributes,
  spanAttributes,
  traceStateOf,
} from './otlp-attributes.ts';

/**
 * The batch as an OTLP JSON ExportTraceServiceRequest, one line (opentelemetry-proto, "JSON Protobuf Encoding": ids
 * in hex, 64-bit numbers as strings, enums as numbers).
 */
export function encodeOtlpJson(batch: SpanBatch, options: EncodeOptions = {}): string {
  const { from = 0, to = batch.length } = options;
  const attributes = new Map<number, string>();
  const resources = groupByResource(batch, from, to).map(({ spans }) => {
    const resource = attributesJson(resourceAttributes(batch, spans[0]));
    const encoded = spans.map((i) => {
      const key = attributesKey(batch, i);
      let text = attributes.get(key);
      if (text === undefined) {
        text = attributesJson(spanAttributes(batch, i, options));
        attributes.set(key, text);
      }
      return spanJson(batch, i, text);
    });
    return `{"resource":{"attributes":${resource}},"scopeSpans":[{"scope":{"name":"shop"},"spans":[${encoded.join(',')}]}]}`;
  });
  return `{"resourceSpans":[${resources.join(',')}]}`;
}

function spanJson(batch: SpanBatch, i: number, attributes: string): string {
  const start = batch.startUs[i];
  const state = traceStateOf(batch.weight[i]);
  const isRoot = batch.parentId[i << 1] === 0 && batch.parentId[(i << 1) + 1] === 0;
  const failed = (batch.flags[i] & SpanFlag.Error) !== 0;
  return (
    `{"traceId":"${wordsToHex(batch.traceId, i << 2, 4)}","spanId":"${wordsToHex(batch.spanId, i << 1, 2)}",` +
    (state === '' ? '' : `"traceState":"${state}",`) +
    (isRoot ? '' : `"parentSpanId":"${wordsToHex(batch.parentId, i << 1, 2)}",`) +
    `"name":${JSON.stringify(batch.names.operationName(batch.operation[i]))},"kind":${batch.kind[i]},` +
    `"startTimeUnixNano":"${nanosText(start)}","endTimeUnixNano":"${nanosText(start + batch.durationUs[i])}",` +
    `"attributes":${attributes},"status":${failed ? '{"code":2}' : '{}'}}`
  );
}

function nanosText(us: number): string {
  const whole = Math.floor(us);
  const nanos = Math.min(999, Math.round((us - whole) * 1000));
  return `${whole}${nanos.toString().padStart(3, '0')}`;
}

function attributesJson(attributes: readonly Attribute[]): string {
  const encoded = attributes.map(([key, value]) => {
    const typed =
      typeof value === 'string' ? `{"stringValue":${JSON.stringify(value)}}` : `{"intValue":"${value}"}`;
    return `{"key":${JSON.stringify(key)},"value":${typed}}`;
  });
  return `[${encoded.join(',')}]`;
}
