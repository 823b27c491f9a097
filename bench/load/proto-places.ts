/** Where the fields lie that a payload is moved in time by: byte offsets in an ExportTraceServiceRequest, one a span. */
export interface SpanPlaces {
  readonly traceId: Int32Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
}

const LENGTH_DELIMITED = 2;
/** opentelemetry-proto, trace.proto: ResourceSpans 1, ScopeSpans 2, Span 2; in a span trace_id 1, start 7, end 8. */
const FIELD = { resourceSpans: 1, scopeSpans: 2, span: 2, traceId: 1, start: 7, end: 8 } as const;

/** Walks a payload of our own encoder; a RangeError for anything else. */
export function spanPlaces(bytes: Uint8Array): SpanPlaces {
  const places: [number[], number[], number[]] = [[], [], []];
  eachField(bytes, 0, bytes.length, (group, groupAt, groupEnd) => {
    if (group !== FIELD.resourceSpans) return;
    eachField(bytes, groupAt, groupEnd, (scope, scopeAt, scopeEnd) => {
      if (scope !== FIELD.scopeSpans) return;
      eachField(bytes, scopeAt, scopeEnd, (span, spanAt, spanEnd) => {
        if (span !== FIELD.span) return;
        eachField(bytes, spanAt, spanEnd, (field, at) => {
          if (field === FIELD.traceId) places[0].push(at);
          if (field === FIELD.start) places[1].push(at);
          if (field === FIELD.end) places[2].push(at);
        });
      });
    });
  });
  if (places[0].length !== places[1].length || places[1].length !== places[2].length)
    throw new RangeError('a span without a trace id, a start or an end');
  const [traceId, start, end] = places.map((list) => Int32Array.from(list));
  return { traceId, start, end };
}

type FieldVisitor = (field: number, at: number, end: number) => void;

function eachField(bytes: Uint8Array, from: number, to: number, visit: FieldVisitor): void {
  let at = from;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      if (at >= to) throw new RangeError('cut short');
      const byte = bytes[at++];
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < to) {
    const tag = varint();
    const wire = tag & 7;
    const length = wire === LENGTH_DELIMITED ? varint() : wire === 1 ? 8 : wire === 5 ? 4 : undefined;
    if (length === undefined) {
      varint();
      continue;
    }
    if (at + length > to) throw new RangeError('cut short');
    visit(tag >>> 3, at, at + length);
    at += length;
  }
}
