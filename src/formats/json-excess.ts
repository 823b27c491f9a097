/** OTLP nests a dozen levels and four more for each list within a list; protobuf's own JSON parsers stop at 100. */
const MAX_DEPTH = 256;

/** Why the bytes, if they are JSON, are too much to parse; undefined when they are not. Makes nothing. */
export function jsonExcess(bytes: Uint8Array, maxValues: number): string | undefined {
  let depth = 0;
  let values = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      i = textEnd(bytes, i + 1);
    } else if (byte === 0x2c) {
      values++;
    } else if (byte === 0x7b || byte === 0x5b) {
      values++;
      if (++depth > MAX_DEPTH) return `JSON nested more than ${MAX_DEPTH} deep`;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--;
    }
  }
  return values > maxValues ? `more than ${maxValues} JSON values in one message` : undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Of the closing quote; the end when there is none. */
function textEnd(bytes: Uint8Array, from: number): number {
  for (let i = from; i < bytes.length; i++) {
    if (bytes[i] === BACKSLASH) i++;
    else if (bytes[i] === QUOTE) return i;
  }
  return bytes.length;
}
