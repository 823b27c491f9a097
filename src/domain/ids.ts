/** Trace and span ids travel as big-endian int32 words (4 for a trace, 2 for a span); people see lower-case hex. */

export function wordsToHex(words: Int32Array, offset: number, count: number): string {
  let hex = '';
  for (let i = 0; i < count; i++) hex += (words[offset + i] >>> 0).toString(16).padStart(8, '0');
  return hex;
}

/**
 * Parses `hex` (case-insensitive) into `count` words at `offset`, left-padded with zeros when shorter.
 * Returns false, leaving the words unspecified, when a character is not hex or the id is longer than `count` words.
 */
export function hexToWords(hex: string, into: Int32Array, offset: number, count: number): boolean {
  if (hex.length > count * 8) return false;
  const padded = hex.length === count * 8 ? hex : hex.padStart(count * 8, '0');
  for (let w = 0; w < count; w++) {
    let word = 0;
    for (let i = 0; i < 8; i++) {
      const digit = hexDigit(padded.charCodeAt(w * 8 + i));
      if (digit < 0) return false;
      word = (word << 4) | digit;
    }
    into[offset + w] = word;
  }
  return true;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  if (code >= 65 && code <= 70) return code - 55;
  return -1;
}
