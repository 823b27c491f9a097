import type { ByteResource } from './byte-resource.ts';
import type { ByteSpan } from './byte-span.ts';
import { KeyTable, PEER_PARTS, SPAN_KEYS, SpanKey } from './known-keys.ts';
import { WireError, type Wire } from './wire.ts';

const SPAN_TABLE = new KeyTable(SPAN_KEYS);
const ESCAPED_TABLE = new KeyTable([['exception.escaped', 0]]);

/** AnyValue's field that was set, by number; 0 when none that is read. */
const ValueKind = { None: 0, String: 1, Bool: 2, Int: 3, Double: 4 } as const;

/**
 * Reads opentelemetry.proto.common.v1.KeyValue (key = 1, value = 2): the key is compared as bytes, and the value is
 * looked at only when the key is known, so that an attribute of megabytes costs a length.
 */
export class AttributeReader {
  readonly #wire: Wire;
  readonly #resourceTable: KeyTable;
  #valueFrom = 0;
  #valueTo = 0;
  #kind = 0;
  #from = 0;
  #to = 0;
  #number = 0;

  constructor(wire: Wire, resourceTable: KeyTable) {
    this.#wire = wire;
    this.#resourceTable = resourceTable;
  }

  /** False, at the price of a few bytes, for nearly all attributes that are not read. */
  mayBeKnown(from: number, to: number): boolean {
    const { bytes } = this.#wire;
    if (to - from < 3 || bytes[from] !== 0x0a) return true;
    const length = bytes[from + 1];
    const end = from + 2 + length;
    return length >= 0x80 || length === 0 || end > to || SPAN_TABLE.mayHave(bytes, from + 2, end);
  }

  ofSpan(from: number, to: number, span: ByteSpan): void {
    const key = this.#findKey(SPAN_TABLE, from, to);
    if (key < 0) return;
    this.#readValue();
    if (key < PEER_PARTS) {
      if (this.#kind === ValueKind.String) span.setPeer(key, this.#from, this.#to);
    } else if (key === SpanKey.Error) span.facts.errorTag = this.#isTrue();
    else if (key === SpanKey.HttpStatus) span.facts.setHttpStatus(this.#asNumber());
    else span.facts.setGrpcStatus(this.#asNumber());
  }

  ofResource(from: number, to: number, resource: ByteResource): void {
    const key = this.#findKey(this.#resourceTable, from, to);
    if (key < 0) return;
    this.#readValue();
    if (this.#kind === ValueKind.String) resource.set(key, this.#from, this.#to);
  }

  /** Whether this attribute of an exception event says that the exception left the span. */
  saysEscaped(from: number, to: number): boolean {
    if (this.#findKey(ESCAPED_TABLE, from, to) < 0) return false;
    this.#readValue();
    return this.#isTrue();
  }

  #findKey(table: KeyTable, from: number, to: number): number {
    const { bytes } = this.#wire;
    // Key and value in order and with lengths of one byte are nearly all there is.
    if (to - from > 4 && bytes[from] === 0x0a) {
      const keyEnd = from + 2 + bytes[from + 1];
      if (bytes[from + 1] < 0x80 && keyEnd + 1 < to && bytes[keyEnd] === 0x12) {
        this.#valueFrom = keyEnd + 2;
        this.#valueTo = to;
        if (bytes[keyEnd + 1] === to - keyEnd - 2 && to - keyEnd < 0x82)
          return table.find(this.#wire.source, from + 2, keyEnd);
      }
    }
    return this.#findKeyAnywhere(table, from, to);
  }

  #findKeyAnywhere(table: KeyTable, from: number, to: number): number {
    const wire = this.#wire;
    let key = -1;
    let pos = from;
    this.#valueFrom = this.#valueTo = 0;
    while (pos < to) {
      const tag = wire.tag(pos, to);
      if (tag === 0x0a) {
        const end = wire.content(wire.next, to);
        key = table.find(wire.source, wire.next, end);
        pos = end;
      } else if (tag === 0x12) {
        pos = this.#valueTo = wire.content(wire.next, to);
        this.#valueFrom = wire.next;
      } else if (tag < 0x18) throw new WireError(pos, 'wrong wire type in an attribute');
      else pos = wire.skip(tag, wire.next, to);
    }
    return key;
  }

  #readValue(): void {
    const { bytes } = this.#wire;
    const at = this.#valueFrom;
    const size = this.#valueTo - at;
    const first = size >= 2 ? bytes[at + 1] : 0x80;
    // One text, or one integer of up to 14 bits, is nearly all there is.
    if (first === size - 2 && bytes[at] === 0x0a && first < 0x80) {
      this.#kind = ValueKind.String;
      this.#from = at + 2;
      this.#to = this.#valueTo;
    } else if (size === 2 && bytes[at] === 0x18 && first < 0x80) {
      this.#kind = ValueKind.Int;
      this.#number = first;
    } else if (size === 3 && bytes[at] === 0x18 && first >= 0x80 && bytes[at + 2] < 0x80) {
      this.#kind = ValueKind.Int;
      this.#number = (first & 0x7f) | (bytes[at + 2] << 7);
    } else this.#readAnyValue();
  }

  /** A later field of the oneof wins, as protobuf says; arrays and maps are no value that is read. */
  #readAnyValue(): void {
    const wire = this.#wire;
    const end = this.#valueTo;
    let pos = this.#valueFrom;
    this.#kind = ValueKind.None;
    while (pos < end) {
      const tag = wire.tag(pos, end);
      const at = wire.next;
      switch (tag) {
        case 0x0a:
          pos = this.#to = wire.content(at, end);
          this.#from = wire.next;
          this.#kind = ValueKind.String;
          break;
        case 0x10:
        case 0x18:
          this.#number = wire.varint(at, end);
          pos = wire.next;
          this.#kind = tag === 0x10 ? ValueKind.Bool : ValueKind.Int;
          break;
        default:
          pos = wire.skip(tag, at, end);
          this.#kind = ValueKind.None;
          if (tag === 0x21) {
            this.#number = wire.view.getFloat64(at, true);
            this.#kind = ValueKind.Double;
          }
      }
    }
  }

  #isTrue(): boolean {
    if (this.#kind === ValueKind.Bool) return this.#number !== 0;
    if (this.#kind !== ValueKind.String || this.#to - this.#from !== 4) return false;
    // "true" in any case: bit 5 is what tells the cases of ASCII letters apart.
    return (this.#wire.view.getInt32(this.#from, false) | 0x20202020) >>> 0 === 0x74727565;
  }

  /** Status codes come as numbers and as their decimal text; -1 for anything else. */
  #asNumber(): number {
    if (this.#kind === ValueKind.None || this.#kind === ValueKind.Bool) return -1;
    if (this.#kind !== ValueKind.String) return this.#number;
    const { bytes } = this.#wire;
    if (this.#to === this.#from || this.#to - this.#from > 3) return -1;
    let value = 0;
    for (let i = this.#from; i < this.#to; i++) {
      const digit = bytes[i] - 48;
      if (digit < 0 || digit > 9) return -1;
      value = value * 10 + digit;
    }
    return value;
  }
}
