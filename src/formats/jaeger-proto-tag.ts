import type { KeyTable } from './known-keys.ts';
import { WireError, type Wire } from './wire.ts';

/** jaeger.api_v2.ValueType. */
export const JaegerValue = { String: 0, Bool: 1, Int: 2, Float: 3, Binary: 4 } as const;

/** Wire types of the fields 1 to 7 of jaeger.api_v2.KeyValue. */
const EXPECTED_TYPES = new Uint8Array([0, 2, 0, 2, 0, 0, 1, 2]);

/**
 * Reads one jaeger.api_v2.KeyValue (jaeger-idl, model.proto): key = 1, v_type = 2, v_str = 3, v_bool = 4, v_int64 = 5,
 * v_float64 = 6, v_binary = 7. Defaults are not on the wire. What was read stays until the next call.
 */
export class JaegerTagReader {
  readonly #wire: Wire;
  #type = 0;
  #number = 0;
  keyFrom = 0;
  keyTo = 0;
  /** A text's place; empty for other values. */
  from = 0;
  to = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** The key's code in `table`, or -1. Throws `WireError`. */
  read(table: KeyTable, from: number, end: number): number {
    const wire = this.#wire;
    this.keyFrom = this.keyTo = this.from = this.to = 0;
    this.#type = this.#number = 0;
    for (let pos = from; pos < end;) {
      const tag = wire.tag(pos, end);
      const field = tag >>> 3;
      if (field <= 7 && EXPECTED_TYPES[field] !== (tag & 7))
        throw new WireError(pos, `wrong wire type ${tag & 7} for field ${field} of a tag`);
      const at = wire.next;
      pos = wire.skip(tag, at, end);
      switch (field) {
        case 1:
          this.keyFrom = wire.next;
          this.keyTo = pos;
          break;
        case 2:
          this.#type = wire.varint(at, end);
          break;
        case 3:
          this.from = wire.next;
          this.to = pos;
          break;
        case 4:
        case 5:
          this.#number = wire.varint(at, end);
          break;
        case 6:
          this.#number = wire.view.getFloat64(at, true);
      }
    }
    return table.find(wire.source, this.keyFrom, this.keyTo);
  }

  get isText(): boolean {
    return this.#type === JaegerValue.String;
  }

  get isTrue(): boolean {
    return this.#type === JaegerValue.Bool
      ? this.#number !== 0
      : this.isText && this.to - this.from === 4 && this.text().toLowerCase() === 'true';
  }

  /** Status codes come as numbers and as their decimal text; -1 for anything else. */
  get number(): number {
    if (this.#type === JaegerValue.Int || this.#type === JaegerValue.Float) return this.#number;
    if (!this.isText || this.to - this.from > 3) return -1;
    const text = this.text();
    return /^\d+$/.test(text) ? Number(text) : -1;
  }

  /** Of short values only: it makes a string. */
  text(): string {
    return Buffer.from(this.#wire.bytes.subarray(this.from, this.to)).toString('latin1');
  }
}
