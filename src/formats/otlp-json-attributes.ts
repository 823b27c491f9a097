import { BRACE, NOT_PLAIN, type JsonCursor } from './json-cursor.ts';
import { KeyTable } from './known-keys.ts';

const ValueKey = { String: 0, Bool: 1, Int: 2 } as const;

const VALUE_KEYS = new KeyTable([
  ['stringValue', ValueKey.String],
  ['boolValue', ValueKey.Bool],
  ['intValue', ValueKey.Int],
]);
const VALUE = new KeyTable([['value', 0]]);
const TRUE = new KeyTable([['true', 0]]);
const FALSE = new KeyTable([['false', 0]]);

/** Reads `{"key":...,"value":{...}}` in that order; the value only when the key is known. Throws `NOT_PLAIN`. */
export class OtlpJsonAttributes {
  readonly #cursor: JsonCursor;
  /** The value of the last known key, when it is a text. */
  from = 0;
  to = 0;
  isText = false;
  #number = -1;
  #isTrue = false;

  constructor(cursor: JsonCursor) {
    this.#cursor = cursor;
  }

  /** The code of the attribute's key, or -1 when it is not in the table (or has no value that is read). */
  next(table: KeyTable): number {
    const cursor = this.#cursor;
    if (!cursor.enter(BRACE)) throw NOT_PLAIN;
    cursor.key();
    if (!isKeyOf(cursor.bytes, cursor.from, cursor.to)) throw NOT_PLAIN;
    cursor.text();
    if (cursor.escaped) throw NOT_PLAIN;
    const code = table.find(cursor.source, cursor.from, cursor.to);
    if (!cursor.more(BRACE)) throw NOT_PLAIN;
    cursor.key();
    if (VALUE.find(cursor.source, cursor.from, cursor.to) < 0) throw NOT_PLAIN;
    if (code < 0) cursor.skip();
    else this.#value();
    if (cursor.more(BRACE)) throw NOT_PLAIN;
    return code;
  }

  isTrue(): boolean {
    return this.#isTrue;
  }

  /** A status code: a number, or up to three digits of text; -1 for anything else. */
  status(): number {
    if (!this.isText) return this.#number;
    const { bytes } = this.#cursor;
    if (this.to === this.from || this.to - this.from > 3) return -1;
    let value = 0;
    for (let i = this.from; i < this.to; i++) {
      const digit = bytes[i] - 48;
      if (digit < 0 || digit > 9) return -1;
      value = value * 10 + digit;
    }
    return value;
  }

  #value(): void {
    const cursor = this.#cursor;
    this.isText = false;
    this.#isTrue = false;
    this.#number = -1;
    if (!cursor.enter(BRACE)) return;
    cursor.key();
    switch (VALUE_KEYS.find(cursor.source, cursor.from, cursor.to)) {
      case ValueKey.String:
        cursor.text();
        if (cursor.escaped) throw NOT_PLAIN;
        this.from = cursor.from;
        this.to = cursor.to;
        this.isText = true;
        this.#isTrue = isTrueText(cursor);
        break;
      case ValueKey.Bool:
        cursor.word();
        this.#isTrue = TRUE.find(cursor.source, cursor.from, cursor.to) === 0;
        if (!this.#isTrue && FALSE.find(cursor.source, cursor.from, cursor.to) < 0) throw NOT_PLAIN;
        break;
      case ValueKey.Int:
        if (cursor.peek() === 0x22) cursor.text();
        else cursor.word();
        this.#number = cursor.digits();
        break;
      default:
        throw NOT_PLAIN;
    }
    if (cursor.more(BRACE)) throw NOT_PLAIN;
  }
}

function isKeyOf(bytes: Uint8Array, from: number, to: number): boolean {
  return to - from === 3 && bytes[from] === 0x6b && bytes[from + 1] === 0x65 && bytes[from + 2] === 0x79;
}

/** Bit 5 is what tells the cases of ASCII letters apart. */
function isTrueText({ source, from, to }: JsonCursor): boolean {
  return to - from === 4 && (source.view.getInt32(from) | 0x20202020) >>> 0 === 0x74727565;
}
