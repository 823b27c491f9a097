import type { ByteSpan } from './byte-span.ts';
import { ThriftType, type ThriftWire } from './thrift-wire.ts';

/** SpanRefType of jaeger.thrift. */
const FOLLOWS_FROM = 1;

/**
 * A span's parent, of its `parentSpanId` and its references (SpanRef: refType = 1, traceIdLow = 2, traceIdHigh = 3,
 * spanId = 4). As Jaeger's collector has it (model.MaybeAddParentSpanID): `parentSpanId` is the parent unless a reference
 * within the trace names that span and says what it is; then the first CHILD_OF within the trace, else the first
 * FOLLOWS_FROM.
 */
export class JaegerThriftReferences {
  readonly #wire: ThriftWire;
  #type = 0;
  #sameTrace = true;
  #high = 0;
  #low = 0;

  constructor(wire: ThriftWire) {
    this.#wire = wire;
  }

  /** `span` has its ids and its `parentSpanId`; `at` is the list of references, or -1. True when it only follows. */
  setParent(at: number, span: ByteSpan): boolean {
    if (at < 0) return false;
    const wire = this.#wire;
    const count = wire.list(at);
    if (wire.elementType !== ThriftType.Struct) return false;
    let isNamed = false;
    let chosen = -1;
    let [high, low] = [0, 0];
    for (let i = 0; i < count; i++) {
      this.#read(wire.next, span);
      if (!this.#sameTrace || (this.#high | this.#low) === 0) continue;
      isNamed ||= this.#high === span.parentHigh && this.#low === span.parentLow;
      if (chosen >= 0 && (chosen !== FOLLOWS_FROM || this.#type === FOLLOWS_FROM)) continue;
      chosen = this.#type;
      [high, low] = [this.#high, this.#low];
    }
    const hasParent = (span.parentHigh | span.parentLow) !== 0;
    if (chosen < 0 || (hasParent && !isNamed)) return false;
    span.parentHigh = high;
    span.parentLow = low;
    return chosen === FOLLOWS_FROM;
  }

  #read(at: number, span: ByteSpan): void {
    const wire = this.#wire;
    this.#type = this.#high = this.#low = 0;
    this.#sameTrace = true;
    let pos = at;
    for (let field = wire.field(pos); field >= 0; field = wire.field(pos)) {
      const type = wire.fieldType;
      const value = wire.next;
      pos = wire.skip(type, value);
      if (field === 1 && type === ThriftType.I32) this.#type = wire.i32(value);
      if (type !== ThriftType.I64) continue;
      const [high, low] = [wire.i32(value), wire.i32(value + 4)];
      if (field === 2) this.#sameTrace &&= high === span.trace2 && low === span.trace3;
      else if (field === 3) this.#sameTrace &&= high === span.trace0 && low === span.trace1;
      else if (field === 4) [this.#high, this.#low] = [high, low];
    }
  }
}
