import type { TestJaegerSpan } from './jaeger-messages.ts';

// jaeger.thrift in Thrift's binary protocol, written here from the specification: a field is its type, its number, its value.
const BOOL = 2;
const DOUBLE = 4;
const I32 = 8;
const I64 = 10;
const TEXT = 11;
const STRUCT = 12;
const LIST = 15;

type Field = readonly [number: number, type: number, value: Buffer];

/** A batch of spans of one process: the first span's. */
export function jaegerThrift(...spans: readonly TestJaegerSpan[]): Uint8Array {
  const [{ service, process = {} }] = spans;
  const processOf = struct([1, TEXT, text(service)], [2, LIST, list(Object.entries(process).map(tag))]);
  return struct([1, STRUCT, processOf], [2, LIST, list(spans.map(spanOf))]);
}

export function struct(...fields: readonly Field[]): Buffer {
  const parts = fields.map(([number, type, value]) => {
    const head = Buffer.alloc(3);
    head.writeUInt8(type);
    head.writeInt16BE(number, 1);
    return Buffer.concat([head, value]);
  });
  return Buffer.concat([...parts, Buffer.of(0)]);
}

export function list(elements: readonly Buffer[], type = STRUCT): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(type);
  head.writeInt32BE(elements.length, 1);
  return Buffer.concat([head, ...elements]);
}

export function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([i32(bytes.length), bytes]);
}

function spanOf(span: TestJaegerSpan): Buffer {
  const [high, low] = traceHalves(span.traceId);
  return struct(
    [1, I64, low],
    [2, I64, high],
    [3, I64, Buffer.from(span.spanId, 'hex')],
    [4, I64, Buffer.from(span.parentSpanId ?? '0'.repeat(16), 'hex')],
    [5, TEXT, text(span.name)],
    [6, LIST, list((span.references ?? []).map(referenceOf))],
    [7, I32, i32(1)],
    [8, I64, i64(span.startUs)],
    [9, I64, i64(span.durationUs)],
    [10, LIST, list(Object.entries(span.tags ?? {}).map(tag))],
    [11, LIST, list((span.logs ?? []).map(logOf))],
    [12, BOOL, Buffer.of(0)],
  );
}

function referenceOf({
  traceId,
  spanId,
  follows,
}: NonNullable<TestJaegerSpan['references']>[number]): Buffer {
  const [high, low] = traceHalves(traceId);
  const type = i32(follows === true ? 1 : 0);
  return struct([1, I32, type], [2, I64, low], [3, I64, high], [4, I64, Buffer.from(spanId, 'hex')]);
}

function logOf(fields: Readonly<Record<string, string | boolean>>): Buffer {
  return struct([1, I64, i64(1_700_000_000_000_000)], [2, LIST, list(Object.entries(fields).map(tag))]);
}

function tag([key, value]: [string, string | number | boolean]): Buffer {
  const name: Field = [1, TEXT, text(key)];
  if (typeof value === 'string') return struct(name, [2, I32, i32(0)], [3, TEXT, text(value)]);
  if (typeof value === 'boolean') return struct(name, [2, I32, i32(2)], [5, BOOL, Buffer.of(value ? 1 : 0)]);
  if (Number.isInteger(value)) return struct(name, [2, I32, i32(3)], [6, I64, i64(value)]);
  const number = Buffer.alloc(8);
  number.writeDoubleBE(value);
  return struct(name, [2, I32, i32(1)], [4, DOUBLE, number]);
}

function traceHalves(traceId: string): [high: Buffer, low: Buffer] {
  const bytes = Buffer.from(traceId.padStart(32, '0'), 'hex');
  return [bytes.subarray(0, 8), bytes.subarray(8)];
}

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function i64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}
