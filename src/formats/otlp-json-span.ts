import type { SpanBatch } from '../domain/span-batch.ts';
import type { ByteInterner } from './byte-interner.ts';
import { ByteSpan } from './byte-span.ts';
import { BRACE, BRACKET, NOT_PLAIN, type JsonCursor } from './json-cursor.ts';
import { jsonOf } from './json-values.ts';
import { KeyTable, PEER_PARTS, SPAN_KEYS, SpanKey } from './known-keys.ts';
import type { OtlpJsonAttributes } from './otlp-json-attributes.ts';
import type { ResourceIds } from './resource-ids.ts';

const Field = {
  TraceId: 0,
  SpanId: 1,
  ParentSpanId: 2,
  Name: 3,
  Kind: 4,
  Start: 5,
  End: 6,
  TraceState: 7,
  Attributes: 8,
  Events: 9,
  Status: 10,
} as const;

const FIELDS = new KeyTable([
  ['traceId', Field.TraceId],
  ['spanId', Field.SpanId],
  ['parentSpanId', Field.ParentSpanId],
  ['name', Field.Name],
  ['kind', Field.Kind],
  ['startTimeUnixNano', Field.Start],
  ['endTimeUnixNano', Field.End],
  ['traceState', Field.TraceState],
  ['attributes', Field.Attributes],
  ['events', Field.Events],
  ['status', Field.Status],
]);
const CODE = new KeyTable([['code', 0]]);
const EVENT_FIELDS = new KeyTable([
  ['name', 0],
  ['attributes', 1],
]);
const EXCEPTION = new KeyTable([['exception', 0]]);
const ESCAPED = new KeyTable([['exception.escaped', 0]]);
const SPAN_ATTRIBUTES = new KeyTable(SPAN_KEYS);

/** Reads a span of OTLP JSON in its plain form into the columns; throws `NOT_PLAIN` for any other, and for a span
 * that cannot be used: the tolerant reader then says why. */
export class OtlpJsonSpan {
  readonly #cursor: JsonCursor;
  readonly #interner: ByteInterner;
  readonly #attributes: OtlpJsonAttributes;
  readonly #span = new ByteSpan();
  #startSeconds = 0;
  #startNanos = 0;
  #endSeconds = 0;
  #endNanos = 0;
  #seen = 0;

  constructor(cursor: JsonCursor, interner: ByteInterner, attributes: OtlpJsonAttributes) {
    this.#cursor = cursor;
    this.#interner = interner;
    this.#attributes = attributes;
  }

  read(batch: SpanBatch, resource: ResourceIds): void {
    const cursor = this.#cursor;
    const span = this.#span;
    span.reset();
    this.#seen = 0;
    if (!cursor.enter(BRACE)) throw NOT_PLAIN;
    do {
      cursor.key();
      const field = FIELDS.find(cursor.source, cursor.from, cursor.to);
      if (field < 0) cursor.skip();
      else this.#field(field);
    } while (cursor.more(BRACE));
    if ((this.#seen & REQUIRED) !== REQUIRED) throw NOT_PLAIN;
    span.startUs = this.#startSeconds * 1e6 + this.#startNanos / 1000;
    span.durationUs =
      ((this.#endSeconds - this.#startSeconds) * 1e9 + (this.#endNanos - this.#startNanos)) / 1000;
    if (span.append(batch, cursor.source, this.#interner, resource) !== undefined) throw NOT_PLAIN;
  }

  #field(field: number): void {
    const cursor = this.#cursor;
    const span = this.#span;
    // A key that comes twice is for the tolerant reader.
    if (this.#seen & (1 << field)) throw NOT_PLAIN;
    this.#seen |= 1 << field;
    switch (field) {
      case Field.TraceId:
        this.#plainText(32);
        span.trace0 = cursor.hexWord(cursor.from);
        span.trace1 = cursor.hexWord(cursor.from + 8);
        span.trace2 = cursor.hexWord(cursor.from + 16);
        span.trace3 = cursor.hexWord(cursor.from + 24);
        return;
      case Field.SpanId:
        this.#plainText(16);
        span.spanHigh = cursor.hexWord(cursor.from);
        span.spanLow = cursor.hexWord(cursor.from + 8);
        return;
      case Field.ParentSpanId:
        cursor.text();
        if (cursor.to === cursor.from) return;
        if (cursor.to - cursor.from !== 16) throw NOT_PLAIN;
        span.parentHigh = cursor.hexWord(cursor.from);
        span.parentLow = cursor.hexWord(cursor.from + 8);
        return;
      case Field.Name:
        return this.#name();
      case Field.Kind:
        span.facts.kind = this.#enum(5);
        return;
      case Field.Start:
      case Field.End:
        return this.#time(field);
      case Field.Attributes:
        return this.#readAttributes();
      case Field.Events:
        return this.#events();
      case Field.Status:
        return this.#status();
      default:
        cursor.text();
        if (cursor.escaped) throw NOT_PLAIN;
        span.stateFrom = cursor.from;
        span.stateTo = cursor.to;
    }
  }

  #plainText(length: number): void {
    this.#cursor.text();
    if (this.#cursor.to - this.#cursor.from !== length) throw NOT_PLAIN;
  }

  #name(): void {
    const cursor = this.#cursor;
    cursor.text();
    this.#span.nameFrom = cursor.from;
    this.#span.nameTo = cursor.to;
    if (!cursor.escaped) return;
    // `jsonOf` throws what the tolerant reader throws for the same bytes.
    const text = jsonOf(cursor.bytes.subarray(cursor.from - 1, cursor.to + 1), 1);
    if (typeof text !== 'string') throw NOT_PLAIN;
    this.#span.nameText = text;
  }

  #enum(largest: number): number {
    this.#cursor.word();
    const value = this.#cursor.digits();
    if (value > largest) throw NOT_PLAIN;
    return value;
  }

  /** Nanoseconds as text or as a number, split before they become a double. */
  #time(field: number): void {
    const cursor = this.#cursor;
    if (cursor.peek() === 0x22) cursor.text();
    else throw NOT_PLAIN;
    const { from, to } = cursor;
    if (to - from < 10 || to - from > 20) throw NOT_PLAIN;
    const seconds = cursor.digitsOf(from, to - 9);
    const nanos = cursor.digitsOf(to - 9, to);
    if (field === Field.Start) {
      this.#startSeconds = seconds;
      this.#startNanos = nanos;
    } else {
      this.#endSeconds = seconds;
      this.#endNanos = nanos;
    }
  }

  #status(): void {
    const cursor = this.#cursor;
    if (!cursor.enter(BRACE)) return;
    do {
      cursor.key();
      if (CODE.find(cursor.source, cursor.from, cursor.to) < 0) cursor.skip();
      else this.#span.facts.statusCode = this.#enum(2);
    } while (cursor.more(BRACE));
  }

  #readAttributes(): void {
    const cursor = this.#cursor;
    const attributes = this.#attributes;
    const span = this.#span;
    if (!cursor.enter(BRACKET)) return;
    do {
      const key = attributes.next(SPAN_ATTRIBUTES);
      if (key < 0) continue;
      if (key < PEER_PARTS) {
        if (attributes.isText) span.setPeer(key, attributes.from, attributes.to);
      } else if (key === SpanKey.Error) span.facts.errorTag = attributes.isTrue();
      else if (key === SpanKey.HttpStatus) span.facts.setHttpStatus(attributes.status());
      else span.facts.setGrpcStatus(attributes.status());
    } while (cursor.more(BRACKET));
  }

  #events(): void {
    const cursor = this.#cursor;
    if (!cursor.enter(BRACKET)) return;
    do {
      if (!cursor.enter(BRACE)) continue;
      let isException = false;
      let escaped = false;
      do {
        cursor.key();
        const field = EVENT_FIELDS.find(cursor.source, cursor.from, cursor.to);
        if (field === 0) {
          cursor.text();
          isException = EXCEPTION.find(cursor.source, cursor.from, cursor.to) === 0;
        } else if (field === 1) escaped = this.#anyEscaped();
        else cursor.skip();
      } while (cursor.more(BRACE));
      if (isException && escaped) this.#span.facts.escapedException = true;
    } while (cursor.more(BRACKET));
  }

  #anyEscaped(): boolean {
    const cursor = this.#cursor;
    let escaped = false;
    if (!cursor.enter(BRACKET)) return escaped;
    do {
      if (this.#attributes.next(ESCAPED) === 0) escaped = this.#attributes.isTrue() || escaped;
    } while (cursor.more(BRACKET));
    return escaped;
  }
}

const REQUIRED = (1 << Field.TraceId) | (1 << Field.SpanId) | (1 << Field.Start) | (1 << Field.End);
