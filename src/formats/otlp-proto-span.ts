import type { SpanBatch } from '../domain/span-batch.ts';
import type { ByteInterner } from './byte-interner.ts';
import { ByteSpan } from './byte-span.ts';
import type { KeyTable } from './known-keys.ts';
import { AttributeReader } from './otlp-proto-attributes.ts';
import type { ResourceIds } from './resource-ids.ts';
import { StatusCode } from './span-facts.ts';
import { WireError, type Wire } from './wire.ts';

/** Wire types of Span's fields 1 to 16 (opentelemetry.proto.trace.v1): a known field of another type is no span. */
const EXPECTED_TYPES = new Uint8Array([0, 2, 2, 2, 2, 2, 0, 1, 1, 2, 0, 2, 0, 2, 0, 2, 5]);
/** From here on a byte says that the number goes on in the next. */
const LONG = 0x80;
/** Tags of the fields that every span has. */
const KIND = (6 << 3) | 0;
const START = (7 << 3) | 1;
const END = (8 << 3) | 1;
const ATTRIBUTE = (9 << 3) | 2;
/** Field 16 is the first whose tag has two bytes. */
const FLAGS = 0x85;
const FLAGS_NEXT = 1;
/** 2^32 nanoseconds are this many microseconds, and 296 nanoseconds. */
const HIGH_US = 4294967;

/**
 * Reads one opentelemetry.proto.trace.v1.Span into the columns. Hot path: fields are remembered by their offsets and
 * only what is used is looked at; one reader is used again for all spans.
 */
export class SpanReader {
  readonly #wire: Wire;
  readonly #interner: ByteInterner;
  readonly attributes: AttributeReader;
  readonly #span = new ByteSpan();
  #traceIdAt = 0;
  #traceIdLength = 0;
  #spanIdAt = 0;
  #spanIdLength = 0;
  #parentIdAt = 0;
  #parentIdLength = 0;
  #startAt = -1;
  #endAt = -1;

  constructor(wire: Wire, interner: ByteInterner, resourceTable: KeyTable) {
    this.#wire = wire;
    this.#interner = interner;
    this.attributes = new AttributeReader(wire, resourceTable);
  }

  /** Appends the span at [from, to), or says why it cannot be used. Throws `WireError` when it is no span. */
  read(from: number, to: number, batch: SpanBatch, resource: ResourceIds): string | undefined {
    this.#scan(from, to);
    if (this.#traceIdLength !== 16) return idFault('trace', this.#traceIdLength);
    if (this.#spanIdLength !== 8) return idFault('span', this.#spanIdLength);
    const { view, source } = this.#wire;
    const span = this.#span;
    span.trace0 = view.getInt32(this.#traceIdAt);
    span.trace1 = view.getInt32(this.#traceIdAt + 4);
    span.trace2 = view.getInt32(this.#traceIdAt + 8);
    span.trace3 = view.getInt32(this.#traceIdAt + 12);
    span.spanHigh = view.getInt32(this.#spanIdAt);
    span.spanLow = view.getInt32(this.#spanIdAt + 4);
    if (this.#parentIdLength === 8) {
      span.parentHigh = view.getInt32(this.#parentIdAt);
      span.parentLow = view.getInt32(this.#parentIdAt + 4);
    }
    span.startUs = this.#startUs();
    span.durationUs = this.#durationUs();
    return span.append(batch, source, this.#interner, resource);
  }

  #startUs(): number {
    if (this.#startAt < 0) return 0;
    const low = this.#wire.view.getUint32(this.#startAt, true);
    const high = this.#wire.view.getUint32(this.#startAt + 4, true);
    // Each part is exact below 2^53, so that the sum is rounded once.
    return high * HIGH_US + (high * 296 + low) / 1000;
  }

  /** From the nanoseconds, whose difference is exact although the times themselves exceed 2^53. */
  #durationUs(): number {
    if (this.#startAt < 0 || this.#endAt < 0) return -Infinity;
    const { view } = this.#wire;
    const low = view.getUint32(this.#endAt, true) - view.getUint32(this.#startAt, true);
    const high = view.getUint32(this.#endAt + 4, true) - view.getUint32(this.#startAt + 4, true);
    return (high * 4294967296 + low) / 1000;
  }

  #scan(from: number, to: number): void {
    const wire = this.#wire;
    this.#span.reset();
    this.#traceIdLength = this.#spanIdLength = this.#parentIdLength = 0;
    this.#startAt = this.#endAt = -1;
    const { bytes } = wire;
    let pos = from;
    // Written out here and not left to `Wire`: tags and lengths of one byte are nearly all there is.
    while (pos < to) {
      const tag = bytes[pos];
      const length = pos + 1 < to ? bytes[pos + 1] : LONG;
      const end = pos + 2 + length;
      if (tag === ATTRIBUTE && length < LONG && end <= to) {
        if (this.attributes.mayBeKnown(pos + 2, end)) this.attributes.ofSpan(pos + 2, end, this.#span);
        pos = end;
      } else if (tag === START && pos + 9 <= to) {
        this.#startAt = pos + 1;
        pos += 9;
      } else if (tag === END && pos + 9 <= to) {
        this.#endAt = pos + 1;
        pos += 9;
      } else if (
        tag < LONG &&
        (tag & 7) === 2 &&
        length < LONG &&
        end <= to &&
        EXPECTED_TYPES[tag >>> 3] === 2
      ) {
        this.#bytesField(tag >>> 3, pos + 2, end);
        pos = end;
      } else if (tag === KIND && length < LONG) {
        this.#span.facts.kind = length <= 5 ? length : 0;
        pos += 2;
      } else if (tag === FLAGS && length === FLAGS_NEXT && pos + 6 <= to) {
        pos += 6;
      } else pos = this.#otherField(pos, to);
    }
  }

  #otherField(pos: number, to: number): number {
    const wire = this.#wire;
    const tag = wire.tag(pos, to);
    const field = tag >>> 3;
    const type = tag & 7;
    if (field <= 16 && EXPECTED_TYPES[field] !== type)
      throw new WireError(pos, `wrong wire type ${type} for field ${field} of a span`);
    const at = wire.next;
    const end = wire.skip(tag, at, to);
    if (type === 2) this.#bytesField(field, wire.next, end);
    else if (field === 7) this.#startAt = at;
    else if (field === 8) this.#endAt = at;
    else if (field === 6) {
      const kind = wire.varint(at, to);
      this.#span.facts.kind = kind <= 5 ? kind : 0;
    }
    return end;
  }

  #bytesField(field: number, from: number, to: number): void {
    switch (field) {
      case 1:
        this.#traceIdAt = from;
        this.#traceIdLength = to - from;
        break;
      case 2:
        this.#spanIdAt = from;
        this.#spanIdLength = to - from;
        break;
      case 3:
        this.#span.stateFrom = from;
        this.#span.stateTo = to;
        break;
      case 4:
        this.#parentIdAt = from;
        this.#parentIdLength = to - from;
        break;
      case 5:
        this.#span.nameFrom = from;
        this.#span.nameTo = to;
        break;
      case 9:
        this.attributes.ofSpan(from, to, this.#span);
        break;
      case 11:
        this.#event(from, to);
        break;
      case 15:
        this.#status(from, to);
        break;
    }
  }

  /** Span.Event: name = 2, attributes = 3. The attributes are read again once the name is known to be "exception". */
  #event(from: number, to: number): void {
    const wire = this.#wire;
    let exception = false;
    let escaped = false;
    let pos = from;
    while (pos < to) {
      const tag = wire.tag(pos, to);
      const at = wire.next;
      pos = wire.skip(tag, at, to);
      if (tag === 0x12) exception = isException(wire.bytes, wire.next, pos);
      else if (tag === 0x1a) escaped = this.attributes.saysEscaped(wire.next, pos) || escaped;
    }
    if (exception && escaped) this.#span.facts.escapedException = true;
  }

  /** Status: code = 3. */
  #status(from: number, to: number): void {
    const wire = this.#wire;
    let pos = from;
    while (pos < to) {
      const tag = wire.tag(pos, to);
      const at = wire.next;
      pos = wire.skip(tag, at, to);
      if (tag !== 0x18) continue;
      const code = wire.varint(at, to);
      this.#span.facts.statusCode = code <= StatusCode.Error ? code : 0;
    }
  }
}

const EXCEPTION = Buffer.from('exception', 'latin1');

function isException(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from !== EXCEPTION.length) return false;
  for (let i = 0; i < EXCEPTION.length; i++) if (bytes[from + i] !== EXCEPTION[i]) return false;
  return true;
}

function idFault(kind: string, length: number): string {
  return length === 0 ? `${kind} id is missing` : `${kind} id has ${length} bytes`;
}
