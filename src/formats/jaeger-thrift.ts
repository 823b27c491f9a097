import type { DecodeOutcome, SpanFormat } from '../domain/decode.ts';
import type { Names } from '../domain/names.ts';
import { SpanFlag, type SpanBatch } from '../domain/span-batch.ts';
import { ByteInterner } from './byte-interner.ts';
import { ByteResource } from './byte-resource.ts';
import { ByteSpan } from './byte-span.ts';
import { LOG_TABLE, LogKey, SPAN_TABLE, takeSpanTag } from './jaeger-facts.ts';
import { JaegerThriftReferences } from './jaeger-thrift-references.ts';
import { JaegerThriftTag } from './jaeger-thrift-tag.ts';
import { ResourcePart } from './known-keys.ts';
import { ThriftType, ThriftWire } from './thrift-wire.ts';
import { WireError } from './wire.ts';
import { resourceReading, type ResourceReading } from './resource-keys.ts';

/**
 * What Jaeger's own clients send over HTTP: one Batch of jaeger.thrift (jaeger-idl) in Thrift's binary protocol, without
 * a message around it: a process, and its spans. A field of another type than the model's is skipped, as Thrift's
 * generated readers do; bytes that end early, and a batch without a process or without spans, are `fatal`.
 */
export function createJaegerThriftFormat(names: Names): SpanFormat {
  const reader = new JaegerBatchReader(names);
  return { name: 'jaeger-thrift', decode: (bytes, into) => reader.decode(bytes, into) };
}

class JaegerBatchReader {
  readonly #wire = new ThriftWire();
  readonly #interner: ByteInterner;
  readonly #reading: ResourceReading;
  readonly #resource: ByteResource;
  readonly #span = new ByteSpan();
  readonly #tag = new JaegerThriftTag(this.#wire);
  readonly #references = new JaegerThriftReferences(this.#wire);
  #ip: readonly [number, number] = [0, 0];
  #hasHost = false;
  #referencesAt = -1;

  constructor(names: Names) {
    this.#interner = new ByteInterner(names);
    this.#reading = resourceReading(names);
    this.#resource = new ByteResource(this.#reading.ownerParts);
  }

  decode(bytes: Uint8Array, into: SpanBatch): DecodeOutcome {
    const before = into.length;
    this.#wire.use(bytes);
    try {
      return this.#readBatch(into);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      into.truncate(before);
      const at = `byte ${error.offset}`;
      return { spans: 0, rejected: 0, fatal: true, error: { at, message: error.message } };
    } finally {
      this.#wire.release();
    }
  }

  /** Batch: process = 1, spans = 2. Clients write them in this order; Thrift allows any. */
  #readBatch(into: SpanBatch): DecodeOutcome {
    const wire = this.#wire;
    let process = -1;
    let spans = -1;
    let pos = 0;
    for (let field = wire.field(pos); field >= 0; field = wire.field(pos)) {
      if (field === 1 && wire.fieldType === ThriftType.Struct) process = wire.next;
      if (field === 2 && wire.fieldType === ThriftType.List) spans = wire.next;
      pos = wire.skip(wire.fieldType, wire.next);
    }
    if (process < 0) throw new WireError(0, 'no batch of spans: field 1, the process, is missing');
    if (spans < 0) throw new WireError(0, 'no batch of spans: field 2, the spans, is missing');
    this.#readProcess(process);
    return this.#readSpans(spans, into);
  }

  #readSpans(at: number, into: SpanBatch): DecodeOutcome {
    const wire = this.#wire;
    const count = wire.list(at);
    if (count > 0 && wire.elementType !== ThriftType.Struct)
      throw new WireError(at, `spans of type ${wire.elementType}`);
    let rejected = 0;
    let error: DecodeOutcome['error'];
    let pos = wire.next;
    for (let i = 0; i < count; i++) {
      const fault = this.#readSpan(pos, into);
      if (fault !== undefined) {
        rejected++;
        error ??= { at: `byte ${pos}`, message: fault };
      }
      pos = wire.next;
    }
    return {
      spans: count - rejected,
      rejected,
      fatal: false,
      ...(error === undefined ? {} : { error }),
    };
  }

  /** Leaves the wire's `next` behind the span; says why it cannot be used. */
  #readSpan(at: number, into: SpanBatch): string | undefined {
    const wire = this.#wire;
    const span = this.#span;
    span.reset();
    span.trace0 = span.trace1 = span.trace2 = span.trace3 = span.spanHigh = span.spanLow = 0;
    span.startUs = span.durationUs = 0;
    this.#referencesAt = -1;
    let pos = at;
    for (let field = wire.field(pos); field >= 0; field = wire.field(pos)) {
      const type = wire.fieldType;
      const value = wire.next;
      pos = wire.skip(type, value);
      if (type === ThriftType.I64) this.#takeNumber(field, value);
      else if (type === ThriftType.List) this.#takeList(field, value);
      else if (field === 5 && type === ThriftType.Text) {
        span.nameFrom = value + 4;
        span.nameTo = pos;
      }
    }
    const end = wire.next;
    const follows = this.#references.setParent(this.#referencesAt, span);
    const fault = span.append(into, wire.source, this.#interner, this.#resource.ids);
    if (fault === undefined && follows) into.flags[into.length - 1] |= SpanFlag.FollowsFrom;
    wire.next = end;
    return fault;
  }

  /** traceIdLow = 1, traceIdHigh = 2, spanId = 3, parentSpanId = 4, startTime = 8 and duration = 9 in microseconds. */
  #takeNumber(field: number, at: number): void {
    const wire = this.#wire;
    const span = this.#span;
    switch (field) {
      case 1:
        span.trace2 = wire.i32(at);
        span.trace3 = wire.i32(at + 4);
        return;
      case 2:
        span.trace0 = wire.i32(at);
        span.trace1 = wire.i32(at + 4);
        return;
      case 3:
        span.spanHigh = wire.i32(at);
        span.spanLow = wire.i32(at + 4);
        return;
      case 4:
        span.parentHigh = wire.i32(at);
        span.parentLow = wire.i32(at + 4);
        return;
      case 8:
        span.startUs = wire.i64(at);
        return;
      case 9:
        span.durationUs = wire.i64(at);
    }
  }

  /** references = 6 (read when the ids are known), tags = 10, logs = 11. */
  #takeList(field: number, at: number): void {
    if (field === 6) this.#referencesAt = at;
    else if (field === 10)
      this.#eachStruct(at, (tag) => takeSpanTag(this.#span, this.#tag.read(SPAN_TABLE, tag), this.#tag));
    else if (field === 11) this.#eachStruct(at, (log) => this.#readLog(log));
  }

  /** Log: timestamp = 1, fields = 2. */
  #readLog(at: number): void {
    const wire = this.#wire;
    let fields = -1;
    let pos = at;
    for (let field = wire.field(pos); field >= 0; field = wire.field(pos)) {
      if (field === 2 && wire.fieldType === ThriftType.List) fields = wire.next;
      pos = wire.skip(wire.fieldType, wire.next);
    }
    const end = wire.next;
    let isException = false;
    let escaped = false;
    this.#eachStruct(fields, (each) => {
      const code = this.#tag.read(LOG_TABLE, each);
      if (code === LogKey.Event) isException = this.#tag.isText && this.#tag.text() === 'exception';
      else if (code === LogKey.Escaped) escaped = this.#tag.isTrue;
    });
    if (isException && escaped) this.#span.facts.escapedException = true;
    wire.next = end;
  }

  /** Process: serviceName = 1, tags = 2. */
  #readProcess(at: number): void {
    const wire = this.#wire;
    this.#resource.reset();
    this.#hasHost = false;
    this.#ip = [0, 0];
    let pos = at;
    let tags = -1;
    for (let field = wire.field(pos); field >= 0; field = wire.field(pos)) {
      const value = wire.next;
      const type = wire.fieldType;
      pos = wire.skip(type, value);
      if (field === 1 && type === ThriftType.Text)
        this.#resource.set(ResourcePart.ServiceName, value + 4, pos);
      else if (field === 2 && type === ThriftType.List) tags = value;
    }
    this.#eachStruct(tags, (tag) => this.#readProcessTag(tag));
    if (!this.#hasHost) this.#resource.set(ResourcePart.Node, this.#ip[0], this.#ip[1]);
    this.#resource.resolve(wire.source, this.#interner);
  }

  #readProcessTag(at: number): void {
    const tag = this.#tag;
    const code = tag.read(this.#reading.processTable, at);
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

  /** Each struct of the list at `at`, none for -1; `visit` leaves the wire's `next` behind the one that it read. */
  #eachStruct(at: number, visit: (at: number) => void): void {
    if (at < 0) return;
    const wire = this.#wire;
    const count = wire.list(at);
    if (wire.elementType !== ThriftType.Struct) return;
    for (let i = 0; i < count; i++) visit(wire.next);
  }
}
