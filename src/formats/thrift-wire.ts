import { byteSource, type ByteSource } from './byte-names.ts';
import { WireError } from './wire.ts';

/** Types of Thrift's binary protocol (thrift-binary-protocol.md of apache/thrift). */
export const ThriftType = {
  Stop: 0,
  Bool: 2,
  Byte: 3,
  Double: 4,
  I16: 6,
  I32: 8,
  I64: 10,
  Text: 11,
  Struct: 12,
  Map: 13,
  Set: 14,
  List: 15,
} as const;

/** By type: bytes of a value of fixed size, 0 for the others. */
const FIXED = new Uint8Array([0, 0, 1, 1, 8, 0, 2, 0, 4, 0, 8, 0, 0, 0, 0, 0]);
/** By type: the least bytes of a value; a list that has more elements than its bytes can hold is a lie. */
const LEAST = new Uint8Array([0, 0, 1, 1, 8, 0, 2, 0, 4, 0, 8, 4, 1, 6, 5, 5]);
/** Jaeger's nest three deep; what a stranger nests deeper is made to hurt. */
const MAX_DEPTH = 16;

/**
 * Reads Thrift's binary protocol without making objects: each method reads at a position, leaves where it stopped in
 * `next`, and throws `WireError` rather than read at or beyond the end.
 */
export class ThriftWire {
  source: ByteSource = NOTHING;
  bytes: Uint8Array = NOTHING.bytes;
  view: DataView = NOTHING.view;
  end = 0;
  /** Where the last read stopped. */
  next = 0;
  /** Of the field that `field` read. */
  fieldType = 0;
  /** Of the list that `list` read. */
  elementType = 0;

  use(bytes: Uint8Array): void {
    // A plain Uint8Array whatever came, as in `Wire`.
    this.source = byteSource(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.bytes = this.source.bytes;
    this.view = this.source.view;
    this.end = bytes.length;
  }

  release(): void {
    this.source = NOTHING;
    this.bytes = NOTHING.bytes;
    this.view = NOTHING.view;
    this.end = 0;
  }

  /** A field's header: its number, its type in `fieldType`, its value at `next`. -1 at the end of the struct. */
  field(at: number): number {
    this.#need(at, 1);
    this.fieldType = this.bytes[at];
    if (this.fieldType === ThriftType.Stop) {
      this.next = at + 1;
      return -1;
    }
    this.#need(at, 3);
    this.next = at + 3;
    return this.view.getInt16(at + 1) & 0xffff;
  }

  i32(at: number): number {
    this.#need(at, 4);
    return this.view.getInt32(at);
  }

  /** High and low half of an i64 are `i32(at)` and `i32(at + 4)`; exact up to 2^53. */
  i64(at: number): number {
    this.#need(at, 8);
    return this.view.getInt32(at) * 2 ** 32 + this.view.getUint32(at + 4);
  }

  double(at: number): number {
    this.#need(at, 8);
    return this.view.getFloat64(at);
  }

  /** Reads a text's or binary's length, leaves `next` at its bytes, returns where they end. */
  text(at: number): number {
    const length = this.i32(at);
    if (length < 0) throw new WireError(at, 'a length is negative');
    this.next = at + 4;
    this.#need(this.next, length);
    return this.next + length;
  }

  /** Reads a list's header: how many elements, their type in `elementType`, the first at `next`. */
  list(at: number): number {
    this.#need(at, 5);
    this.elementType = this.bytes[at];
    const count = this.view.getInt32(at + 1);
    this.next = at + 5;
    this.#fits(at, count, this.elementType);
    return count;
  }

  /** Skips a value; returns where it ends. */
  skip(type: number, at: number, depth = 0): number {
    if (depth > MAX_DEPTH) throw new WireError(at, 'values are nested too deeply');
    const size = type < FIXED.length ? FIXED[type] : 0;
    if (size > 0) {
      this.#need(at, size);
      return at + size;
    }
    switch (type) {
      case ThriftType.Text:
        return this.text(at);
      case ThriftType.Struct:
        return this.#skipStruct(at, depth);
      case ThriftType.List:
      case ThriftType.Set:
        return this.#skipElements(this.list(at), this.elementType, depth);
      case ThriftType.Map:
        return this.#skipMap(at, depth);
      default:
        throw new WireError(at, `unknown type ${type}`);
    }
  }

  #skipStruct(at: number, depth: number): number {
    let pos = at;
    while (this.field(pos) >= 0) pos = this.skip(this.fieldType, this.next, depth + 1);
    return this.next;
  }

  #skipElements(count: number, type: number, depth: number): number {
    let pos = this.next;
    for (let i = 0; i < count; i++) pos = this.skip(type, pos, depth + 1);
    return pos;
  }

  #skipMap(at: number, depth: number): number {
    this.#need(at, 6);
    const [key, value] = [this.bytes[at], this.bytes[at + 1]];
    const count = this.view.getInt32(at + 2);
    let pos = at + 6;
    this.next = pos;
    if (count !== 0) {
      this.#fits(at, count, key);
      this.#fits(at, count, value);
    }
    for (let i = 0; i < count; i++) pos = this.skip(value, this.skip(key, pos, depth + 1), depth + 1);
    return pos;
  }

  #fits(at: number, count: number, type: number): void {
    if (count < 0) throw new WireError(at, 'a length is negative');
    const least = type < LEAST.length ? LEAST[type] : 0;
    if (count > 0 && least === 0) throw new WireError(at, `unknown type ${type}`);
    if (count * least > this.end - this.next) throw new WireError(at, 'a list is cut off');
  }

  #need(at: number, bytes: number): void {
    if (at + bytes > this.end) throw new WireError(at, 'the message is cut off');
  }
}

const NOTHING = byteSource(new Uint8Array(0));
