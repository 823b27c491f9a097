import { byteSource, type ByteSource } from './byte-names.ts';

/**
 * Thrown when JSON is not in the plain form that the quick reader knows; the tolerant reader then judges the message
 * from its beginning. One object made once: it carries nothing, and a throw costs no stack trace.
 */
export const NOT_PLAIN = new Error('not plain');

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
export const BRACE = 0x7b;
export const BRACKET = 0x5b;

/**
 * Walks JSON by the byte, making nothing, and accepts nothing that `JSON.parse` refuses, in what it steps over too.
 * Throws `NOT_PLAIN`; never reads at or beyond the end.
 */
export class JsonCursor {
  source: ByteSource = NOTHING;
  bytes: Uint8Array = NOTHING.bytes;
  pos = 0;
  /** The last text read, without its quotes; `escaped` when its bytes are not yet what they mean. */
  from = 0;
  to = 0;
  escaped = false;

  use(bytes: Uint8Array): void {
    this.source = byteSource(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.bytes = this.source.bytes;
    this.pos = 0;
  }

  release(): void {
    this.source = NOTHING;
    this.bytes = NOTHING.bytes;
  }

  /** The next byte that is no white space. */
  peek(): number {
    const { bytes } = this;
    let pos = this.pos;
    while (pos < bytes.length) {
      const byte = bytes[pos];
      if (byte > 0x20) {
        this.pos = pos;
        return byte;
      }
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) throw NOT_PLAIN;
      pos++;
    }
    throw NOT_PLAIN;
  }

  /** Goes into `{` or `[`; false when it is closed at once. */
  enter(open: number): boolean {
    if (this.peek() !== open) throw NOT_PLAIN;
    this.pos++;
    // In ASCII both closing brackets are two above their opening one.
    if (this.peek() !== open + 2) return true;
    this.pos++;
    return false;
  }

  /** After a member: whether another follows. */
  more(open: number): boolean {
    const byte = this.peek();
    this.pos++;
    if (byte === COMMA) return true;
    if (byte === open + 2) return false;
    throw NOT_PLAIN;
  }

  /** Reads a key and its colon, into `from` and `to`. */
  key(): void {
    this.text();
    if (this.escaped || this.peek() !== 0x3a) throw NOT_PLAIN;
    this.pos++;
  }

  /** Reads a text, into `from`, `to` and `escaped`. */
  text(): void {
    if (this.peek() !== QUOTE) throw NOT_PLAIN;
    const { bytes } = this;
    let pos = this.pos + 1;
    this.from = pos;
    this.escaped = false;
    while (pos < bytes.length) {
      const byte = bytes[pos];
      if (byte === QUOTE) {
        this.to = pos;
        this.pos = pos + 1;
        return;
      }
      if (byte === BACKSLASH) {
        this.escaped = true;
        pos += this.#escapeLength(pos + 1);
      } else if (byte < 0x20) throw NOT_PLAIN;
      pos++;
    }
    throw NOT_PLAIN;
  }

  /** Reads a number or literal, into `from` and `to`. */
  word(): void {
    const first = this.peek();
    const { bytes } = this;
    const from = this.pos;
    let pos = from;
    while (pos < bytes.length && IN_WORDS[bytes[pos]] === 1) pos++;
    this.from = from;
    this.to = this.pos = pos;
    // A whole number is nearly all there is; a zero stands at its front only alone.
    if (first > 0x30 && first <= 0x39 && this.#areDigits(from, pos)) return;
    if (!WORD.test(Buffer.from(bytes.subarray(from, Math.min(pos, from + MAX_WORD))).toString('latin1')))
      throw NOT_PLAIN;
    if (pos - from > MAX_WORD) throw NOT_PLAIN;
  }

  /** Steps over any value. */
  skip(depth = 0): void {
    const first = this.peek();
    if (first === QUOTE) return this.text();
    if (first !== BRACE && first !== BRACKET) return this.word();
    if (depth === MAX_DEPTH) throw NOT_PLAIN;
    if (!this.enter(first)) return;
    do {
      if (first === BRACE) this.key();
      this.skip(depth + 1);
    } while (this.more(first));
  }

  /** Of what follows a backslash. */
  #escapeLength(at: number): number {
    const { bytes } = this;
    if (at >= bytes.length || !ESCAPES.has(bytes[at])) throw NOT_PLAIN;
    if (bytes[at] !== 0x75) return 1;
    for (let i = at + 1; i < at + 5; i++) if (i >= bytes.length || HEX[bytes[i]] > 15) throw NOT_PLAIN;
    return 5;
  }

  #areDigits(from: number, to: number): boolean {
    for (let i = from; i < to; i++) if (this.bytes[i] < 0x30 || this.bytes[i] > 0x39) return false;
    return true;
  }

  /** The whole number without a sign at [from, to), below 2^53. */
  digits(): number {
    // Fifteen digits are exact in a double.
    if (this.to === this.from || this.to - this.from > 15) throw NOT_PLAIN;
    return this.digitsOf(this.from, this.to);
  }

  digitsOf(from: number, to: number): number {
    const { bytes } = this;
    let value = 0;
    for (let i = from; i < to; i++) {
      const digit = bytes[i] - 48;
      if (digit < 0 || digit > 9) throw NOT_PLAIN;
      value = value * 10 + digit;
    }
    return value;
  }

  /** Eight hex digits in any case as an int32. */
  hexWord(at: number): number {
    const { bytes } = this;
    let word = 0;
    let bad = 0;
    for (let i = at; i < at + 8; i++) {
      const digit = HEX[bytes[i]];
      bad |= digit;
      word = (word << 4) | (digit & 15);
    }
    if (bad > 15) throw NOT_PLAIN;
    return word;
  }
}

/** Values within values that are stepped over: AnyValue lists seldom nest beyond three. */
const MAX_DEPTH = 32;
/** Digits of a number: doubles are printed with 25 characters at most. */
const MAX_WORD = 64;
const WORD = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)$/;
/** What may follow a backslash: `" \ / b f n r t u`. */
const ESCAPES = new Set(Buffer.from('"\\/bfnrtu', 'latin1'));

const NOTHING = byteSource(new Uint8Array(0));

const IN_WORDS = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[-+.0-9A-Za-z]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

/** The value of a hex digit, 255 for any other byte. */
const HEX = Uint8Array.from({ length: 256 }, (_, byte) => {
  const value = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(value) ? 255 : value;
});
