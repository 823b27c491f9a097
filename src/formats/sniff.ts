import type { FormatName, ProtoFraming, SniffedFormat } from './format-name.ts';

/**
 * What bytes are, by their content: `bytes` is a whole message or the beginning of a file. JSON is told apart by its
 * first known key, protobuf by how the outer fields of ExportTraceServiceRequest nest.
 */
export function sniffFormat(bytes: Uint8Array): SniffedFormat {
  if (bytes.length === 0) return { kind: 'empty' };
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return { kind: 'gzip' };
  const start = textStart(bytes);
  if (start === bytes.length) return { kind: 'empty' };
  if (bytes[start] === OPEN_BRACE || bytes[start] === OPEN_BRACKET) {
    const format = sniffJson(bytes, start);
    // `[` is 0x5b and `{` is 0x7b: as a varint prefix of a protobuf stream they are a length.
    if (format !== undefined) return { kind: 'json', format };
  }
  const framing = sniffFraming(bytes);
  return framing === undefined ? { kind: 'unknown' } : { kind: 'proto', format: 'otlp-proto', framing };
}

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Keys that tell the formats apart; the first of these, outside of texts, decides. */
const TELLING_KEYS = new Map<string, FormatName>([
  ['resourceSpans', 'otlp-json'],
  ['resource_spans', 'otlp-json'],
  ['batches', 'otlp-json'],
  ['traceID', 'jaeger-json'],
  ['processes', 'jaeger-json'],
  ['spanID', 'jaeger-json'],
  ['traceId', 'zipkin-json'],
  ['localEndpoint', 'zipkin-json'],
  ['parentId', 'zipkin-json'],
]);
/** Longer than any of them: longer texts are not made into strings. */
const LONGEST_KEY = 16;

function sniffJson(bytes: Uint8Array, start: number): FormatName | undefined {
  let pos = start;
  let dataSeen = false;
  let texts = 0;
  while (pos < bytes.length) {
    if (bytes[pos] !== QUOTE) {
      pos++;
      continue;
    }
    const from = pos + 1;
    for (pos = from; pos < bytes.length && bytes[pos] !== QUOTE; pos++) if (bytes[pos] === BACKSLASH) pos++;
    texts++;
    const to = pos++;
    if (to - from > LONGEST_KEY || !colonFollows(bytes, pos)) continue;
    const key = Buffer.from(bytes.subarray(from, to)).toString('latin1');
    const format = TELLING_KEYS.get(key);
    if (format !== undefined) return format;
    dataSeen ||= key === 'data' || key === 'spans';
  }
  if (dataSeen) return 'jaeger-json';
  return texts === 0 ? emptyJson(bytes, start) : undefined;
}

/** `{}` is an empty OTLP request, `[]` an empty list of Zipkin's. */
function emptyJson(bytes: Uint8Array, start: number): FormatName | undefined {
  const rest = Buffer.from(bytes.subarray(start, start + 256))
    .toString('latin1')
    .trim();
  if (/^\{\s*\}/.test(rest)) return 'otlp-json';
  return /^\[\s*(?:\{|\])/.test(rest) ? 'zipkin-json' : undefined;
}

function colonFollows(bytes: Uint8Array, from: number): boolean {
  let pos = from;
  while (pos < bytes.length && isSpace(bytes[pos])) pos++;
  return bytes[pos] === 0x3a;
}

/** After a byte order mark and white space. */
function textStart(bytes: Uint8Array): number {
  let pos = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (pos < bytes.length && isSpace(bytes[pos])) pos++;
  // A protobuf message may start with 0x0a, which is a line feed too: only JSON and nothing are text.
  const isText = pos === bytes.length || bytes[pos] === OPEN_BRACE || bytes[pos] === OPEN_BRACKET;
  return isText ? pos : 0;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function sniffFraming(bytes: Uint8Array): ProtoFraming | undefined {
  if (startsMessage(bytes, 0, Infinity)) return 'single';
  const varint = readVarint(bytes, 0);
  if (varint !== undefined && varint.value > 0 && startsMessage(bytes, varint.next, varint.value))
    return 'varint';
  if (bytes.length < 5) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  return length > 0 && startsMessage(bytes, 4, length) ? 'uint32' : undefined;
}

/** Whether resource_spans (1) stands at `at`, no longer than `length`, and a field of ResourceSpans in it. */
function startsMessage(bytes: Uint8Array, at: number, length: number): boolean {
  if (bytes[at] !== 0x0a) return false;
  const inner = readVarint(bytes, at + 1);
  if (inner === undefined || inner.next - at + inner.value > length) return false;
  if (length === Infinity && inner.next + inner.value > bytes.length && bytes.length < MIN_PREFIX)
    return false;
  if (inner.value === 0) return true;
  const tag = bytes[inner.next];
  // resource (1), scope_spans (2) or schema_url (3), each with a length.
  return tag === 0x0a || tag === 0x12 || tag === 0x1a;
}

/** Fewer bytes than this are a whole file, not the beginning of one: then a message must fit. */
const MIN_PREFIX = 4096;

function readVarint(bytes: Uint8Array, at: number): { value: number; next: number } | undefined {
  let value = 0;
  let scale = 1;
  for (let i = at; i < bytes.length && i < at + 5; i++) {
    value += (bytes[i] & 0x7f) * scale;
    if (bytes[i] < 0x80) return { value, next: i + 1 };
    scale *= 128;
  }
  return undefined;
}
