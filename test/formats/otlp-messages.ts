import protobuf from 'protobufjs';

/**
 * The part of opentelemetry-proto's trace messages that the tests send, written here from its field numbers, so that
 * protobufjs, which knows nothing of our reader, does the encoding.
 */
const PROTO = `
syntax = "proto3";
message TracesData { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }
message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; string schema_url = 3; }
message Scope { string name = 1; string version = 2; repeated KeyValue attributes = 3; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5;
  int32 kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9; uint32 dropped_attributes_count = 10; repeated Event events = 11;
  uint32 dropped_events_count = 12; repeated Link links = 13; uint32 dropped_links_count = 14; Status status = 15;
  fixed32 flags = 16;
}
message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; }
message Link { bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; }
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value {
    string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
    ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7;
  }
}
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
message Partial { int64 rejected_spans = 1; string error_message = 2; }
message ExportResponse { Partial partial_success = 1; }
message RpcStatus { int32 code = 1; string message = 2; }
`;

const root = protobuf.parse(PROTO).root;

export const TracesData = root.lookupType('TracesData');
export const ExportResponse = root.lookupType('ExportResponse');
export const RpcStatus = root.lookupType('RpcStatus');

export type AttributeValue = string | number | boolean | { double: number } | { bytes: Uint8Array };
export type Attributes = Readonly<Record<string, AttributeValue>>;

export interface TestSpan {
  traceId?: string;
  spanId?: string;
  parentSpanId?: string;
  traceState?: string;
  name?: string;
  kind?: number;
  startNs?: bigint;
  endNs?: bigint;
  attributes?: Attributes;
  events?: readonly { name: string; attributes: Attributes }[];
  status?: { code?: number; message?: string };
}

export interface TestGroup {
  resource?: Attributes;
  spans: readonly TestSpan[];
}

export const START_NS = 1_700_000_000_123_456_789n;

export function testSpan(changes: TestSpan = {}): TestSpan {
  return {
    traceId: '0102030405060708090a0b0c0d0e0f10',
    spanId: 'a1a2a3a4a5a6a7a8',
    name: 'GET /cart',
    kind: 2,
    startNs: START_NS,
    endNs: START_NS + 1_500_001n,
    ...changes,
  };
}

/** As protobuf bytes. */
export function encodeProto(groups: readonly TestGroup[]): Uint8Array {
  const message = {
    resourceSpans: groups.map((group) => ({
      resource: { attributes: protoAttributes(group.resource) },
      scopeSpans: [{ scope: { name: 'test' }, spans: group.spans.map(protoSpan) }],
    })),
  };
  return TracesData.encode(TracesData.create(message)).finish();
}

/** As OTLP JSON text, by the specification: hex ids, 64-bit integers as text. */
export function encodeJson(groups: readonly TestGroup[]): string {
  return JSON.stringify({
    resourceSpans: groups.map((group) => ({
      resource: { attributes: jsonAttributes(group.resource) },
      scopeSpans: [{ scope: { name: 'test' }, spans: group.spans.map(jsonSpan) }],
    })),
  });
}

function protoSpan(span: TestSpan) {
  return {
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: hex(span.parentSpanId),
    traceState: span.traceState,
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: long(span.startNs),
    endTimeUnixNano: long(span.endNs),
    attributes: protoAttributes(span.attributes),
    events: span.events?.map((event) => ({
      name: event.name,
      attributes: protoAttributes(event.attributes),
    })),
    status: span.status,
    flags: 0x101,
  };
}

function jsonSpan(span: TestSpan) {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? '',
    traceState: span.traceState,
    flags: 257,
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: span.startNs?.toString(),
    endTimeUnixNano: span.endNs?.toString(),
    attributes: jsonAttributes(span.attributes),
    events: span.events?.map((event) => ({
      timeUnixNano: '1',
      name: event.name,
      attributes: jsonAttributes(event.attributes),
    })),
    status: span.status ?? {},
  };
}

function protoAttributes(attributes: Attributes = {}) {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: protoValue(value) }));
}

function protoValue(value: AttributeValue) {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return { intValue: value };
  return 'double' in value ? { doubleValue: value.double } : { bytesValue: value.bytes };
}

function jsonAttributes(attributes: Attributes = {}) {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: jsonValue(value) }));
}

function jsonValue(value: AttributeValue) {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return { intValue: String(value) };
  return 'double' in value
    ? { doubleValue: value.double }
    : { bytesValue: Buffer.from(value.bytes).toString('base64') };
}

function hex(text: string | undefined): Uint8Array | undefined {
  return text === undefined ? undefined : Buffer.from(text, 'hex');
}

function long(value: bigint | undefined) {
  if (value === undefined) return undefined;
  return protobuf.util.LongBits.from({
    low: Number(BigInt.asIntN(32, value)),
    high: Number(BigInt.asIntN(32, value >> 32n)),
  } as never).toLong(true);
}
