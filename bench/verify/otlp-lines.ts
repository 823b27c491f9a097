import { ProtoWriter, encodeUtf8, varintLength } from '../../src/simulator/proto-writer.ts';

/** The part of an OTLP JSON line that the captures hold. */
interface Line {
  readonly resourceSpans: readonly {
    readonly resource?: { readonly attributes?: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

/** Field number << 3 | wire type of opentelemetry-proto's trace.proto, common.proto and resource.proto. */
const TAG = {
  resourceSpans: 0x0a,
  resource: 0x0a,
  attribute: 0x0a,
  key: 0x0a,
  value: 0x12,
  stringValue: 0x0a,
  scopeSpans: 0x12,
  span: 0x12,
  traceId: 0x0a,
  spanId: 0x12,
  parentSpanId: 0x22,
  name: 0x2a,
  start: 0x39,
  end: 0x41,
} as const;

/**
 * A line of OTLP JSON as the same request in protobuf: every span, in its order, to the nanosecond. Throws a TypeError
 * on a field that the captures do not have: dropping it would make it another request.
 */
export function lineToProto(line: string): Uint8Array {
  const { resourceSpans } = JSON.parse(line) as Line;
  return joined(
    resourceSpans.map(({ resource, scopeSpans }) =>
      chunk(
        TAG.resourceSpans,
        joined([
          chunk(TAG.resource, joined((resource?.attributes ?? []).map(encodeAttribute))),
          ...scopeSpans.map(({ spans }) => chunk(TAG.scopeSpans, joined(spans.map(encodeSpan)))),
        ]),
      ),
    ),
  );
}

function encodeAttribute({ key, value }: Attribute): Uint8Array {
  if (value.stringValue === undefined) throw new TypeError(`attribute ${key} is no text`);
  return chunk(
    TAG.attribute,
    joined([
      chunk(TAG.key, encodeUtf8(key)),
      chunk(TAG.value, chunk(TAG.stringValue, encodeUtf8(value.stringValue))),
    ]),
  );
}

const KNOWN = ['traceId', 'spanId', 'parentSpanId', 'name', 'startTimeUnixNano', 'endTimeUnixNano'];

function encodeSpan(span: Span): Uint8Array {
  const unknown = Object.keys(span).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined) throw new TypeError(`a span has ${unknown}`);
  const parent = span.parentSpanId ?? '';
  return chunk(
    TAG.span,
    joined([
      chunk(TAG.traceId, Buffer.from(span.traceId, 'hex')),
      chunk(TAG.spanId, Buffer.from(span.spanId, 'hex')),
      ...(parent === '' ? [] : [chunk(TAG.parentSpanId, Buffer.from(parent, 'hex'))]),
      chunk(TAG.name, encodeUtf8(span.name)),
      fixed64(TAG.start, span.startTimeUnixNano),
      fixed64(TAG.end, span.endTimeUnixNano),
    ]),
  );
}

function fixed64(tag: number, decimal: string): Uint8Array {
  const nanos = BigInt(decimal);
  const writer = new ProtoWriter(9);
  writer.fixed64(tag, {
    high: Number(nanos >> 32n),
    low: Number(nanos & 0xffffffffn),
  });
  return writer.bytes;
}

function chunk(tag: number, bytes: Uint8Array): Uint8Array {
  const writer = new ProtoWriter(1 + varintLength(bytes.length) + bytes.length);
  writer.chunk(tag, bytes);
  return writer.bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
