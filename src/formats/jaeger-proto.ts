import type { DecodeOutcome, SpanFormat } from '../domain/decode.ts';
import type { Names } from '../domain/names.ts';
import { SpanFlag, type SpanBatch } from '../domain/span-batch.ts';
import { ByteInterner } from './byte-interner.ts';
import { ByteResource } from './byte-resource.ts';
import { ByteSpan } from './byte-span.ts';
import { LOG_TABLE, LogKey, SPAN_TABLE, takeSpanTag } from './jaeger-facts.ts';
import { JaegerReferences } from './jaeger-proto-references.ts';
import { JaegerTagReader } from './jaeger-proto-tag.ts';
import { ResourcePart } from './known-keys.ts';
import { Wire, WireError } from './wire.ts';
import { resourceReading, type ResourceReading } from './resource-keys.ts';

/**
 * Jaeger protobuf as its collector and the OpenTelemetry Collector write it to Kafka (`protobuf`, `jaeger_proto`): ONE
 * jaeger.api_v2.Span a message, with its process in it (jaeger-idl, model.proto). Hot path: no object and no string a
 * span. Trace ids of eight bytes are the low half. A known field of a wrong wire type and a cut message are `fatal`.
 */
export function createJaegerProtoFormat(names: Names): SpanFormat {
  const reader = new JaegerSpanReader(names);
  return { name: 'jaeger-proto', decode: (bytes, into) => reader.decode(bytes, into) };
}

/** Wire types of Span's fields 1 to 12. */
const EXPECTED_TYPES = new Uint8Array([0, 2, 2, 2, 2, 0, 2, 2, 2, 2, 2, 2, 2]);

class JaegerSpanReader {
  readonly #wire = new Wire();
  readonly #interner: ByteInterner;
  readonly #reading: ResourceReading;
  readonly #resource: ByteResource;
  readonly #span = new ByteSpan();
  readonly #tag = new JaegerTagReader(this.#wire);
  readonly #references = new JaegerReferences(this.#wire);
  #fault: string | undefined;
  #ip: readonly [number, number] = [0, 0];
  #hasHost = false;

  constructor(names: Names) {
    this.#interner = new ByteInterner(names);
    this.#reading = resourceReading(names);
    this.#resource = new ByteResource(this.#reading.ownerParts);
  }

  decode(bytes: Uint8Array, into: SpanBatch): DecodeOutcome {
    const before = into.length;
    this.#wire.use(bytes);
    try {
      const fault = this.#read(bytes.length, into);
      if (fault === undefined) return { spans: 1, rejected: 0, fatal: false };
      return { spans: 0, rejected: 1, fatal: false, error: { at: 'byte 0', message: fault } };
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      into.truncate(before);
      return {
        spans: 0,
        rejected: 0,
        fatal: true,
        error: { at: `byte ${error.offset}`, message: error.message },
      };
    } finally {
      this.#wire.release();
    }
  }

  #read(end: number, into: SpanBatch): string | undefined {
    this.#reset();
    const wire = this.#wire;
    if (end === 0) throw new WireError(0, 'an empty message is no span');
    // The ids first: a reference is a parent only within the trace.
    this.#eachField(end, (field, from, to) => this.#readId(field, from, to));
    this.#eachField(end, (field, from, to) => this.#readField(field, from, to));
    if (this.#fault !== undefined) return this.#fault;
    if (!this.#hasHost) this.#resource.set(ResourcePart.Node, this.#ip[0], this.#ip[1]);
    this.#resource.resolve(wire.source, this.#interner);
    const follows = this.#references.setParent(this.#span);
    const fault = this.#span.append(into, wire.source, this.#interner, this.#resource.ids);
    if (fault === undefined && follows) into.flags[into.length - 1] |= SpanFlag.FollowsFrom;
    return fault;
  }

  #reset(): void {
    const span = this.#span;
    span.reset();
    this.#resource.reset();
    span.trace0 = span.trace1 = span.trace2 = span.trace3 = span.spanHigh = span.spanLow = 0;
    span.startUs = span.durationUs = 0;
    this.#fault = undefined;
    this.#references.reset();
    this.#hasHost = false;
    this.#ip = [0, 0];
  }

  #eachField(end: number, visit: (field: number, from: number, to: number) => void): void {
    const wire = this.#wire;
    for (let pos = 0; pos < end;) {
      const tag = wire.tag(pos, end);
      const field = tag >>> 3;
      if (field <= 12 && EXPECTED_TYPES[field] !== (tag & 7))
        throw new WireError(pos, `wrong wire type ${tag & 7} for field ${field} of a span`);
      pos = wire.skip(tag, wire.next, end);
      if ((tag & 7) === 2) visit(field, wire.next, pos);
    }
  }

  #readId(field: number, from: number, to: number): void {
    const { view } = this.#wire;
    const span = this.#span;
    const length = to - from;
    if (field === 1) {
      if (length !== 16 && length !== 8) this.#fault = `trace id has ${length} bytes`;
      else {
        span.trace0 = length === 16 ? view.getInt32(from) : 0;
        span.trace1 = length === 16 ? view.getInt32(from + 4) : 0;
        span.trace2 = view.getInt32(to - 8);
        span.trace3 = view.getInt32(to - 4);
      }
    } else if (field === 2) {
      if (length !== 8) this.#fault = `span id has ${length} bytes`;
      else {
        span.spanHigh = view.getInt32(from);
        span.spanLow = view.getInt32(from + 4);
      }
    }
  }

  #readField(field: number, from: number, to: number): void {
    switch (field) {
      case 3:
        this.#span.nameFrom = from;
        this.#span.nameTo = to;
        return;
      case 4:
        return this.#references.read(from, to, this.#span);
      case 6:
        this.#span.startUs = this.#microseconds(from, to);
        return;
      case 7:
        this.#span.durationUs = this.#microseconds(from, to);
        return;
      case 8:
        return this.#readTag(from, to);
      case 9:
        return this.#readLog(from, to);
      case 10:
        return this.#readProcess(from, to);
    }
  }

  /** google.protobuf.Timestamp and Duration: seconds = 1, nanos = 2. */
  #microseconds(from: number, end: number): number {
    const wire = this.#wire;
    let us = 0;
    for (let pos = from; pos < end;) {
      const tag = wire.tag(pos, end);
      const at = wire.next;
      pos = wire.skip(tag, at, end);
      if (tag === 0x08) us += wire.varint(at, end) * 1e6;
      else if (tag === 0x10) us += wire.varint(at, end) / 1000;
    }
    return us;
  }

  #readTag(from: number, to: number): void {
    takeSpanTag(this.#span, this.#tag.read(SPAN_TABLE, from, to), this.#tag);
  }

  /** Log: timestamp = 1, fields = 2. An OTel exception event: `event` is `exception`, and it escaped. */
  #readLog(from: number, end: number): void {
    const wire = this.#wire;
    let isException = false;
    let escaped = false;
    for (let pos = from; pos < end;) {
      const tag = wire.tag(pos, end);
      pos = wire.skip(tag, wire.next, end);
      if (tag !== 0x12) continue;
      const code = this.#tag.read(LOG_TABLE, wire.next, pos);
      if (code === LogKey.Event) isException = this.#tag.isText && this.#tag.text() === 'exception';
      else if (code === LogKey.Escaped) escaped = this.#tag.isTrue;
    }
    if (isException && escaped) this.#span.facts.escapedException = true;
  }

  /** Process: service_name = 1, tags = 2. */
  #readProcess(from: number, end: number): void {
    const wire = this.#wire;
    for (let pos = from; pos < end;) {
      const tag = wire.tag(pos, end);
      pos = wire.skip(tag, wire.next, end);
      if (tag === 0x0a) this.#resource.set(ResourcePart.ServiceName, wire.next, pos);
      else if (tag === 0x12) this.#readProcessTag(wire.next, pos);
    }
  }

  #readProcessTag(from: number, to: number): void {
    const tag = this.#tag;
    const code = tag.read(this.#reading.processTable, from, to);
    if (!tag.isText || tag.to === tag.from) return;
    // The process's own name wins over a resource attribute.
    if (code >= 0 && code !== ResourcePart.ServiceName) {
      this.#resource.set(code, tag.from, tag.to);
      this.#hasHost ||= code === ResourcePart.Node || code === ResourcePart.Host;
    } else if (code < 0 && this.#isIp(tag.keyFrom, tag.keyTo)) this.#ip = [tag.from, tag.to];
  }

  #isIp(from: number, to: number): boolean {
    const { bytes } = this.#wire;
    return to - from === 2 && bytes[from] === 0x69 && bytes[from + 1] === 0x70;
  }
}
