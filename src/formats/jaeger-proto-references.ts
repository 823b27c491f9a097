import type { ByteSpan } from './byte-span.ts';
import type { Wire } from './wire.ts';

/** jaeger.api_v2.SpanRefType. */
const FOLLOWS_FROM = 1;

/**
 * A span's references: the first CHILD_OF within its trace is its parent, else the first FOLLOWS_FROM. SpanRef:
 * trace_id = 1, span_id = 2, ref_type = 3 (jaeger-idl, model.proto).
 */
export class JaegerReferences {
  readonly #wire: Wire;
  #hasParent = false;
  #parentHigh = 0;
  #parentLow = 0;
  #hasFollowed = false;
  #followedHigh = 0;
  #followedLow = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  reset(): void {
    this.#hasParent = this.#hasFollowed = false;
  }

  /** `span` has its trace id already. Throws `WireError`. */
  read(from: number, end: number, span: ByteSpan): void {
    const wire = this.#wire;
    let sameTrace = true;
    let spanAt = -1;
    let type = 0;
    for (let pos = from; pos < end;) {
      const tag = wire.tag(pos, end);
      const at = wire.next;
      pos = wire.skip(tag, at, end);
      if (tag === 0x0a) sameTrace = this.#isTraceOf(span, wire.next, pos);
      else if (tag === 0x12 && pos - wire.next === 8) spanAt = wire.next;
      else if (tag === 0x18) type = wire.varint(at, end);
    }
    if (spanAt < 0 || !sameTrace) return;
    const high = wire.view.getInt32(spanAt);
    const low = wire.view.getInt32(spanAt + 4);
    if (type !== FOLLOWS_FROM && !this.#hasParent) {
      this.#hasParent = true;
      this.#parentHigh = high;
      this.#parentLow = low;
    } else if (type === FOLLOWS_FROM && !this.#hasFollowed) {
      this.#hasFollowed = true;
      this.#followedHigh = high;
      this.#followedLow = low;
    }
  }

  /** Sets the parent, if there is one; true when the span only follows it. */
  setParent(span: ByteSpan): boolean {
    const follows = !this.#hasParent && this.#hasFollowed;
    if (this.#hasParent || follows) {
      span.parentHigh = follows ? this.#followedHigh : this.#parentHigh;
      span.parentLow = follows ? this.#followedLow : this.#parentLow;
    }
    return follows;
  }

  #isTraceOf(span: ByteSpan, from: number, to: number): boolean {
    const { view } = this.#wire;
    const isLong = to - from === 16;
    if (!isLong && to - from !== 8) return false;
    return (
      (isLong ? view.getInt32(from) : 0) === span.trace0 &&
      (isLong ? view.getInt32(from + 4) : 0) === span.trace1 &&
      view.getInt32(to - 8) === span.trace2 &&
      view.getInt32(to - 4) === span.trace3
    );
  }
}
