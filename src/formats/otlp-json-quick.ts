import type { Names } from '../domain/names.ts';
import type { SpanBatch } from '../domain/span-batch.ts';
import { ByteInterner } from './byte-interner.ts';
import { ByteResource } from './byte-resource.ts';
import { BRACE, BRACKET, JsonCursor, NOT_PLAIN } from './json-cursor.ts';
import { JsonShapeError } from './json-values.ts';
import { KeyTable } from './known-keys.ts';
import { OtlpJsonAttributes } from './otlp-json-attributes.ts';
import { OtlpJsonSpan } from './otlp-json-span.ts';
import { resourceReading, type ResourceReading } from './resource-keys.ts';

const TOP = new KeyTable([['resourceSpans', 0]]);
const Group = { Resource: 0, ScopeSpans: 1, SchemaUrl: 2 } as const;
const GROUP = new KeyTable([
  ['resource', Group.Resource],
  ['scopeSpans', Group.ScopeSpans],
  ['schemaUrl', Group.SchemaUrl],
]);
const SPANS = new KeyTable([['spans', 0]]);
const ATTRIBUTES = new KeyTable([['attributes', 0]]);

/**
 * The quick way through OTLP JSON as senders write it: the specification's keys, the resource before its spans, every
 * span usable. Reads by the byte, without making values of it (bench/decode.ts has the figures). Anything else is left
 * to the tolerant reader, which also says what is wrong.
 */
export class OtlpJsonQuick {
  readonly #cursor = new JsonCursor();
  readonly #interner: ByteInterner;
  readonly #attributes: OtlpJsonAttributes;
  readonly #span: OtlpJsonSpan;
  readonly #reading: ResourceReading;
  readonly #resource: ByteResource;

  constructor(names: Names) {
    this.#interner = new ByteInterner(names);
    this.#reading = resourceReading(names);
    this.#resource = new ByteResource(this.#reading.ownerParts);
    this.#attributes = new OtlpJsonAttributes(this.#cursor);
    this.#span = new OtlpJsonSpan(this.#cursor, this.#interner, this.#attributes);
  }

  /** Appends all spans and returns true; or appends nothing and returns false. */
  read(bytes: Uint8Array, into: SpanBatch): boolean {
    const before = into.length;
    this.#cursor.use(bytes);
    try {
      this.#request(into);
      return true;
    } catch (error) {
      if (error !== NOT_PLAIN && !(error instanceof JsonShapeError)) throw error;
      into.truncate(before);
      return false;
    } finally {
      this.#cursor.release();
    }
  }

  #request(into: SpanBatch): void {
    const cursor = this.#cursor;
    if (!cursor.enter(BRACE)) throw NOT_PLAIN;
    cursor.key();
    if (TOP.find(cursor.source, cursor.from, cursor.to) < 0) throw NOT_PLAIN;
    if (cursor.enter(BRACKET)) {
      do this.#resourceSpans(into);
      while (cursor.more(BRACKET));
    }
    if (cursor.more(BRACE)) throw NOT_PLAIN;
    for (let i = cursor.pos; i < cursor.bytes.length; i++) if (cursor.bytes[i] > 0x20) throw NOT_PLAIN;
  }

  #resourceSpans(into: SpanBatch): void {
    const cursor = this.#cursor;
    let seen = 0;
    if (!cursor.enter(BRACE)) throw NOT_PLAIN;
    do {
      cursor.key();
      const key = GROUP.find(cursor.source, cursor.from, cursor.to);
      if (key < 0 || (seen & (1 << key)) !== 0) throw NOT_PLAIN;
      seen |= 1 << key;
      if (key === Group.Resource) this.#readResource();
      else if (key === Group.SchemaUrl) cursor.skip();
      else if ((seen & (1 << Group.Resource)) === 0) throw NOT_PLAIN;
      else this.#scopes(into);
    } while (cursor.more(BRACE));
  }

  #readResource(): void {
    const cursor = this.#cursor;
    this.#resource.reset();
    if (cursor.enter(BRACE)) {
      do {
        cursor.key();
        if (ATTRIBUTES.find(cursor.source, cursor.from, cursor.to) < 0) cursor.skip();
        else this.#resourceAttributes();
      } while (cursor.more(BRACE));
    }
    this.#resource.resolve(cursor.source, this.#interner);
  }

  #resourceAttributes(): void {
    const cursor = this.#cursor;
    const attributes = this.#attributes;
    if (!cursor.enter(BRACKET)) return;
    do {
      const key = attributes.next(this.#reading.table);
      if (key >= 0 && attributes.isText) this.#resource.set(key, attributes.from, attributes.to);
    } while (cursor.more(BRACKET));
  }

  #scopes(into: SpanBatch): void {
    const cursor = this.#cursor;
    if (!cursor.enter(BRACKET)) return;
    do {
      if (!cursor.enter(BRACE)) continue;
      do {
        cursor.key();
        if (SPANS.find(cursor.source, cursor.from, cursor.to) < 0) cursor.skip();
        else if (cursor.enter(BRACKET)) {
          do this.#span.read(into, this.#resource.ids);
          while (cursor.more(BRACKET));
        }
      } while (cursor.more(BRACE));
    } while (cursor.more(BRACKET));
  }
}
