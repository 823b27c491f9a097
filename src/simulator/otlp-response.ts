import { parseJson } from '../runtime/index.ts';

/**
 * `partial_success.rejected_spans` of an ExportTraceServiceResponse; 0 when it is absent or the body cannot be read
 * (OTLP specification, "Partial Success").
 */
export function rejectedSpansOf(body: Uint8Array, encoding: 'protobuf' | 'json'): number {
  return encoding === 'json' ? rejectedInJson(body) : rejectedInProto(body);
}

function rejectedInJson(body: Uint8Array): number {
  const parsed = parseJson(Buffer.from(body).toString('utf8'));
  if (!parsed.ok || !isObject(parsed.value)) return 0;
  const { partialSuccess } = parsed.value;
  if (!isObject(partialSuccess)) return 0;
  const rejected = Number(partialSuccess.rejectedSpans);
  return rejected > 0 ? rejected : 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** ExportTraceServiceResponse { partial_success = 1 { rejected_spans = 1 } }, the fields in the order that all write. */
function rejectedInProto(body: Uint8Array): number {
  if (body.length < 4 || body[0] !== 0x0a || body[2] !== 0x08) return 0;
  let value = 0;
  let scale = 1;
  for (let i = 3; i < body.length; i++) {
    value += (body[i] & 127) * scale;
    if (body[i] < 128) return value;
    scale *= 128;
  }
  return 0;
}
