const LINE_FEED = 10;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Whether JSON stands one value a line or as one value over many lines, judged by its beginning: when the first line
 * is a whole value, or cannot go on (`{`, `[`, `,` or `:` at its end would), they are lines. Without a line feed it
 * is one line.
 */
export function jsonLayout(head: Uint8Array): 'lines' | 'whole' {
  let depth = 0;
  let last = 0;
  for (let i = 0; i < head.length; i++) {
    const byte = head[i];
    if (byte === LINE_FEED) {
      if (last === 0) continue;
      return depth > 0 && GOES_ON.has(last) ? 'whole' : 'lines';
    }
    if (byte === QUOTE) {
      for (i++; i < head.length && head[i] !== QUOTE && head[i] !== LINE_FEED; i++)
        if (head[i] === BACKSLASH) i++;
      if (head[i] === LINE_FEED) return 'lines';
    } else if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) depth--;
    if (byte > 0x20) last = byte;
  }
  return 'lines';
}

const GOES_ON = new Set([0x7b, 0x5b, 0x2c, 0x3a]);
