import type { JaegerTag } from './jaeger-facts.ts';
import type { KeyTable } from './known-keys.ts';
import { type ThriftWire, ThriftType } from './thrift-wire.ts';

/** TagType of jaeger.thrift: other numbers than the protobuf model's. */
const TagType = { Text: 0, Double: 1, Bool: 2, Long: 3, Binary: 4 } as const;

/**
 * Reads one Tag (jaeger-idl, jaeger.thrift): key = 1, vType = 2, vStr = 3, vDouble = 4, vBool = 5, vLong = 6,
 * vBinary = 7. A field of another type than the model's is skipped, as Thrift's generated readers do. What was read
 * stays until the next call.
 */
export class JaegerThriftTag implements JaegerTag {
  readonly #wire: ThriftWire;
  #type = 0;
  // Clients write a value of every type, of which one counts.
  #double = 0;
  #long = 0;
  #isSet = false;
  keyFrom = 0;
  keyTo = 0;
  /** A text's place; empty for other values. */
  from = 0;
  to = 0;

  constructor(wire: ThriftWire) {
    this.#wire = wire;
  }

  /** The key's code in `table`, or -1; leaves the wire's `next` behind the tag. Throws `WireError`. */
  read(table: KeyTable, at: number): number {
    const wire = this.#wire;
    this.keyFrom = this.keyTo = this.from = this.to = 0;
    this.#type = this.#double = this.#long = 0;
    this.#isSet = false;
    let pos = at;
    for (let field = wire.field(pos); field >= 0; field = wire.field(pos)) {
      const type = wire.fieldType;
      const value = wire.next;
      pos = wire.skip(type, value);
      this.#take(field, type, value, pos);
    }
    return table.find(wire.source, this.keyFrom, this.keyTo);
  }

  get isText(): boolean {
    return this.#type === TagType.Text;
  }

  get isTrue(): boolean {
    return this.#type === TagType.Bool
      ? this.#isSet
      : this.isText && this.to - this.from === 4 && this.text().toLowerCase() === 'true';
  }

  get number(): number {
    if (this.#type === TagType.Long) return this.#long;
    if (this.#type === TagType.Double) return this.#double;
    if (!this.isText || this.to - this.from > 3) return -1;
    const text = this.text();
    return /^\d+$/.test(text) ? Number(text) : -1;
  }

  text(): string {
    return Buffer.from(this.#wire.bytes.subarray(this.from, this.to)).toString('latin1');
  }

  #take(field: number, type: number, at: number, end: number): void {
    const wire = this.#wire;
    if (field === 1 && type === ThriftType.Text) {
      this.keyFrom = at + 4;
      this.keyTo = end;
    } else if (field === 2 && type === ThriftType.I32) this.#type = wire.i32(at);
    else if (field === 3 && type === ThriftType.Text) {
      this.from = at + 4;
      this.to = end;
    } else if (field === 4 && type === ThriftType.Double) this.#double = wire.double(at);
    else if (field === 5 && type === ThriftType.Bool) this.#isSet = wire.bytes[at] !== 0;
    else if (field === 6 && type === ThriftType.I64) this.#long = wire.i64(at);
  }
}
