/** The two encodings of OTLP/HTTP; a response is in that of its request. */
export type OtlpEncoding = 'proto' | 'json';

export const CONTENT_TYPES: Readonly<Record<OtlpEncoding, string>> = {
  proto: 'application/x-protobuf',
  json: 'application/json',
};

/** google.rpc.Code, as far as this receiver answers with them. */
export const RpcCode = {
  Cancelled: 1,
  InvalidArgument: 3,
  ResourceExhausted: 8,
  Unimplemented: 12,
  Internal: 13,
  Unavailable: 14,
  Unauthenticated: 16,
  NotFound: 5,
} as const;

/** google.rpc.Status: code = 1 (int32), message = 2. */
export function rpcStatus(encoding: OtlpEncoding, code: number, message: string): Buffer {
  if (encoding === 'json') return Buffer.from(JSON.stringify({ code, message }));
  return Buffer.concat([Buffer.from([0x08, code]), textField(2, message)]);
}

/** google.rpc.Status with a google.rpc.RetryInfo in its details (3): for `grpc-status-details-bin`. */
export function retryDetails(code: number, message: string, retryAfterMs: number): Buffer {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  const duration = Buffer.concat([Buffer.from([0x08]), varint(seconds)]);
  const retryInfo = bytesField(1, duration);
  const any = Buffer.concat([
    textField(1, 'type.googleapis.com/google.rpc.RetryInfo'),
    bytesField(2, retryInfo),
  ]);
  return Buffer.concat([rpcStatus('proto', code, message), bytesField(3, any)]);
}

/**
 * ExportTraceServiceResponse: empty when all spans were taken; else partial_success = 1 with rejected_spans = 1 and
 * error_message = 2.
 */
export function exportResponse(encoding: OtlpEncoding, rejected: number, message: string): Buffer {
  if (rejected === 0) return encoding === 'json' ? Buffer.from('{}') : Buffer.alloc(0);
  if (encoding === 'json') {
    // A 64-bit integer is text in protobuf's JSON.
    return Buffer.from(
      JSON.stringify({ partialSuccess: { rejectedSpans: String(rejected), errorMessage: message } }),
    );
  }
  const partial = Buffer.concat([Buffer.from([0x08]), varint(rejected), textField(2, message)]);
  return Buffer.concat([Buffer.from([0x0a]), varint(partial.length), partial]);
}

function textField(field: number, text: string): Buffer {
  return bytesField(field, Buffer.from(text, 'utf8'));
}

function bytesField(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2]), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
