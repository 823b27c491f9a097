import protobuf from 'protobufjs';

/** jaeger.api_v2's span, written here from its field numbers, so that protobufjs, which knows nothing of our reader, encodes. */
const PROTO = `
syntax = "proto3";
message Span {
  bytes trace_id = 1; bytes span_id = 2; string operation_name = 3; repeated SpanRef references = 4; uint32 flags = 5;
  Timestamp start_time = 6; Duration duration = 7; repeated KeyValue tags = 8; repeated Log logs = 9;
  Process process = 10; string process_id = 11; repeated string warnings = 12;
}
message SpanRef { bytes trace_id = 1; bytes span_id = 2; int32 ref_type = 3; }
message Timestamp { int64 seconds = 1; int32 nanos = 2; }
message Duration { int64 seconds = 1; int32 nanos = 2; }
message KeyValue {
  string key = 1; int32 v_type = 2; string v_str = 3; bool v_bool = 4; int64 v_int64 = 5; double v_float64 = 6; bytes v_binary = 7;
}
message Log { Timestamp timestamp = 1; repeated KeyValue fields = 2; }
message Process { string service_name = 1; repeated KeyValue tags = 2; }
`;

const JaegerSpan = protobuf.parse(PROTO).root.lookupType('Span');

export interface TestJaegerSpan {
  /** 16 or 32 hex digits. */
  readonly traceId: string;
  readonly spanId: string;
  /** Only what jaeger.thrift has a field for. */
  readonly parentSpanId?: string;
  readonly name: string;
  readonly references?: readonly { traceId: string; spanId: string; follows?: boolean }[];
  readonly startUs: number;
  readonly durationUs: number;
  readonly tags?: Readonly<Record<string, string | number | boolean>>;
  readonly logs?: readonly Readonly<Record<string, string | boolean>>[];
  readonly service: string;
  readonly process?: Readonly<Record<string, string>>;
}

export function jaegerProto(span: TestJaegerSpan): Uint8Array {
  const hex = (text: string): Buffer => Buffer.from(text, 'hex');
  return JaegerSpan.encode({
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    operationName: span.name,
    references: (span.references ?? []).map((each) => ({
      traceId: hex(each.traceId),
      spanId: hex(each.spanId),
      refType: each.follows === true ? 1 : 0,
    })),
    flags: 1,
    startTime: split(span.startUs),
    duration: split(span.durationUs),
    tags: Object.entries(span.tags ?? {}).map(protoTag),
    logs: (span.logs ?? []).map((fields) => ({ fields: Object.entries(fields).map(protoTag) })),
    process: { serviceName: span.service, tags: Object.entries(span.process ?? {}).map(protoTag) },
    warnings: ['clock skew'],
  }).finish();
}

/** The same as jsonpb writes it. */
export function jaegerJsonpb(span: TestJaegerSpan, style: 'jsonpb' | 'go' = 'jsonpb'): string {
  const base64 = (text: string): string => Buffer.from(text, 'hex').toString('base64');
  const start = new Date(Math.floor(span.startUs / 1000)).toISOString().slice(0, 19);
  const fraction = String(span.startUs % 1e6).padStart(6, '0');
  return JSON.stringify({
    traceId: base64(span.traceId),
    spanId: base64(span.spanId),
    operationName: span.name,
    references: (span.references ?? []).map((each) => ({
      traceId: base64(each.traceId),
      spanId: base64(each.spanId),
      ...(each.follows === true ? { refType: 'FOLLOWS_FROM' } : {}),
    })),
    startTime: style === 'go' ? `${start}.${fraction}+00:00` : `${start}.${fraction}Z`,
    duration: style === 'go' ? `${span.durationUs * 1000}ns` : `${(span.durationUs / 1e6).toFixed(6)}s`,
    tags: Object.entries(span.tags ?? {}).map(jsonTag),
    logs: (span.logs ?? []).map((fields) => ({ fields: Object.entries(fields).map(jsonTag) })),
    process: { serviceName: span.service, tags: Object.entries(span.process ?? {}).map(jsonTag) },
  });
}

function split(us: number): { seconds: number; nanos: number } {
  return { seconds: Math.floor(us / 1e6), nanos: (us % 1e6) * 1000 };
}

function protoTag([key, value]: [string, string | number | boolean]): object {
  if (typeof value === 'string') return { key, vStr: value };
  if (typeof value === 'boolean') return { key, vType: 1, vBool: value };
  return Number.isInteger(value) ? { key, vType: 2, vInt64: value } : { key, vType: 3, vFloat64: value };
}

function jsonTag([key, value]: [string, string | number | boolean]): object {
  if (typeof value === 'string') return { key, vStr: value };
  if (typeof value === 'boolean') return { key, vType: 'BOOL', ...(value ? { vBool: true } : {}) };
  return { key, vType: 'INT64', vInt64: String(value) };
}
