import type { FormatName } from './format-name.ts';
import { sniffFormat } from './sniff.ts';

/** Tags of length-delimited fields 1 and 2, and the lengths of ids. */
const FIELD_1 = 0x0a;
const FIELD_2 = 0x12;
const SPAN_ID_LENGTH = 8;
const OPEN_BRACE = 0x7b;

/**
 * Which format ONE message of a queue is in, as collectors write them: an OTLP request, or one Jaeger span, each in
 * protobuf or JSON, or a list of Zipkin spans. undefined when it looks like none.
 */
export function sniffRecord(bytes: Uint8Array): FormatName | undefined {
  if (isJaegerSpan(bytes)) return 'jaeger-proto';
  const sniffed = sniffFormat(bytes);
  if (sniffed.kind === 'proto') return sniffed.framing === 'single' ? sniffed.format : undefined;
  if (sniffed.kind !== 'json') return undefined;
  // Zipkin's spans come in a list; one object with a `traceId` is a span of Jaeger's model.
  return sniffed.format === 'zipkin-json' && firstByte(bytes) === OPEN_BRACE
    ? 'jaeger-jsonpb'
    : sniffed.format;
}

/** A trace id of 8 or 16 bytes and then a span id: what ResourceSpans never begins with. */
function isJaegerSpan(bytes: Uint8Array): boolean {
  const length = bytes[1];
  return (
    bytes[0] === FIELD_1 &&
    (length === 16 || length === 8) &&
    bytes[2 + length] === FIELD_2 &&
    bytes[3 + length] === SPAN_ID_LENGTH
  );
}

function firstByte(bytes: Uint8Array): number | undefined {
  return bytes.find((byte) => byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09);
}
