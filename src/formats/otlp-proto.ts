import type { DecodeError, DecodeOutcome, SpanFormat } from '../domain/decode.ts';
import type { Names } from '../domain/names.ts';
import type { SpanBatch } from '../domain/span-batch.ts';
import { ByteInterner } from './byte-interner.ts';
import { ByteResource } from './byte-resource.ts';
import { SpanReader } from './otlp-proto-span.ts';
import { Wire, WireError } from './wire.ts';
import { resourceReading } from './resource-keys.ts';

/**
 * OTLP protobuf: ExportTraceServiceRequest and TracesData, which are the same on the wire
 * (opentelemetry-proto 1.x, collector/trace/v1 and trace/v1). Hot path: no object and no string per span or
 * attribute (bench/decode.ts has the figures). A known field of a wrong wire type, a cut message or a wrong length is
 * `fatal` with its byte offset; unknown fields are skipped.
 */
export function createOtlpProtoFormat(names: Names): SpanFormat {
  const reader = new TracesReader(names);
  return { name: 'otlp-proto', decode: (bytes, into) => reader.decode(bytes, into) };
}

class TracesReader {
  readonly #wire = new Wire();
  readonly #interner: ByteInterner;
  readonly #span: SpanReader;
  readonly #resource: ByteResource;
  #rejected = 0;
  #error: DecodeError | undefined;

  constructor(names: Names) {
    this.#interner = new ByteInterner(names);
    const { table, ownerParts } = resourceReading(names);
    this.#resource = new ByteResource(ownerParts);
    this.#span = new SpanReader(this.#wire, this.#interner, table);
  }

  decode(bytes: Uint8Array, into: SpanBatch): DecodeOutcome {
    const before = into.length;
    this.#rejected = 0;
    this.#error = undefined;
    this.#wire.use(bytes);
    try {
      this.#traces(bytes.length, into);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      into.truncate(before);
      return { spans: 0, rejected: 0, fatal: true, error: at(error.offset, error.message) };
    } finally {
      this.#wire.release();
    }
    const counts = { spans: into.length - before, rejected: this.#rejected, fatal: false };
    return this.#error === undefined ? counts : { ...counts, error: this.#error };
  }

  /** resource_spans = 1. */
  #traces(end: number, into: SpanBatch): void {
    const wire = this.#wire;
    for (let pos = 0; pos < end;) {
      const tag = wire.tag(pos, end);
      if (tag === 0x0a) {
        pos = wire.content(wire.next, end);
        this.#resourceSpans(wire.next, pos, into);
      } else {
        refuse(tag, 1, pos);
        pos = wire.skip(tag, wire.next, end);
      }
    }
  }

  /** ResourceSpans: resource = 1, scope_spans = 2. The resource is read first wherever it stands. */
  #resourceSpans(from: number, end: number, into: SpanBatch): void {
    const wire = this.#wire;
    this.#resource.reset();
    for (let pos = from; pos < end;) {
      const tag = wire.tag(pos, end);
      refuse(tag, 2, pos);
      pos = wire.skip(tag, wire.next, end);
      if (tag === 0x0a) this.#readResource(wire.next, pos);
    }
    this.#resource.resolve(wire.source, this.#interner);
    for (let pos = from; pos < end;) {
      const tag = wire.tag(pos, end);
      pos = wire.skip(tag, wire.next, end);
      if (tag === 0x12) this.#scopeSpans(wire.next, pos, into);
    }
  }

  /** Resource: attributes = 1. */
  #readResource(from: number, end: number): void {
    const wire = this.#wire;
    for (let pos = from; pos < end;) {
      const tag = wire.tag(pos, end);
      refuse(tag, 1, pos);
      pos = wire.skip(tag, wire.next, end);
      if (tag === 0x0a) this.#span.attributes.ofResource(wire.next, pos, this.#resource);
    }
  }

  /** ScopeSpans: spans = 2. */
  #scopeSpans(from: number, end: number, into: SpanBatch): void {
    const wire = this.#wire;
    for (let pos = from; pos < end;) {
      const tag = wire.tag(pos, end);
      if (tag !== 0x12) {
        refuse(tag, 2, pos);
        pos = wire.skip(tag, wire.next, end);
        continue;
      }
      const start = pos;
      pos = wire.content(wire.next, end);
      const fault = this.#span.read(wire.next, pos, into, this.#resource.ids);
      if (fault === undefined) continue;
      this.#rejected++;
      this.#error ??= at(start, fault);
    }
  }
}

function at(offset: number, message: string): DecodeError {
  return { at: `byte ${offset}`, message };
}

/** The fields 1 to `fields` of the messages around spans are all of the type that a length goes before. */
function refuse(tag: number, fields: number, pos: number): void {
  if (tag >>> 3 <= fields && (tag & 7) !== 2)
    throw new WireError(pos, `wrong wire type ${tag & 7} for field ${tag >>> 3}`);
}
