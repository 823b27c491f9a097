import { type SpanBatch, SpanFlag } from '../domain/span-batch.ts';
import {
  type Attribute,
  attributesKey,
  type EncodeOptions,
  groupByResource,
  nanosOf,
  type ResourceGroup,
  resourceAttributes,
  spanAttributes,
  traceStateOf,
} from './otlp-attributes.ts';
import { ProtoWriter, encodeUtf8, varintLength } from './proto-writer.ts';

/** Tags of opentelemetry-proto's trace.proto, common.proto and resource.proto: field number << 3 | wire type. */
const TAG = {
  resourceSpans: 0x0a,
  resource: 0x0a,
  scopeSpans: 0x12,
  attribute: 0x0a,
  scope: 0x0a,
  span: 0x12,
  traceId: 0x0a,
  spanId: 0x12,
  traceState: 0x1a,
  parentSpanId: 0x22,
  name: 0x2a,
  kind: 0x30,
  start: 0x39,
  end: 0x41,
  spanAttribute: 0x4a,
  status: 0x7a,
} as const;

/** InstrumentationScope { name: "shop" } */
const SCOPE = Uint8Array.of(0x0a, 4, 0x73, 0x68, 0x6f, 0x70);
/** Status { code: ERROR } */
const STATUS_ERROR = Uint8Array.of(0x18, 2);
/** Ids, times and kind of every span, with their tags: 18 + 10 + 2 + 9 + 9. */
const FIXED_BYTES = 48;

/** The batch as an OTLP protobuf ExportTraceServiceRequest (opentelemetry-proto, trace.proto). Lengths are minimal varints. */
export function encodeOtlpProto(batch: SpanBatch, options: EncodeOptions = {}): Uint8Array {
  const { from = 0, to = batch.length } = options;
  const parts = new SpanParts(batch, options);
  const groups = groupByResource(batch, from, to).map((group) => sizeGroup(batch, group, parts));
  const total = groups.reduce((sum, { size }) => sum + framed(size), 0);
  const writer = new ProtoWriter(total);
  for (const group of groups) writeGroup(writer, batch, group, parts);
  return writer.bytes;
}

interface SizedGroup extends ResourceGroup {
  readonly resource: Uint8Array;
  readonly spanSizes: readonly number[];
  /** Of the ScopeSpans, and of the ResourceSpans around it. */
  readonly scopeSize: number;
  readonly size: number;
}

function sizeGroup(batch: SpanBatch, { spans }: ResourceGroup, parts: SpanParts): SizedGroup {
  const resource = encodeAttributes(TAG.attribute, resourceAttributes(batch, spans[0]));
  const spanSizes = spans.map((i) => spanSize(batch, i, parts));
  const scopeSize = spanSizes.reduce((sum, size) => sum + framed(size), framed(SCOPE.length));
  return { spans, resource, spanSizes, scopeSize, size: framed(resource.length) + framed(scopeSize) };
}

function writeGroup(writer: ProtoWriter, batch: SpanBatch, group: SizedGroup, parts: SpanParts): void {
  writer.open(TAG.resourceSpans, group.size);
  writer.chunk(TAG.resource, group.resource);
  writer.open(TAG.scopeSpans, group.scopeSize);
  writer.chunk(TAG.scope, SCOPE);
  for (let n = 0; n < group.spans.length; n++) {
    writer.open(TAG.span, group.spanSizes[n]);
    writeSpan(writer, batch, group.spans[n], parts);
  }
}

function spanSize(batch: SpanBatch, i: number, parts: SpanParts): number {
  let size = FIXED_BYTES + framed(parts.name(i).length) + parts.attributes(i).length;
  if (!isRoot(batch, i)) size += 10;
  if (batch.weight[i] > 1) size += framed(parts.traceState(i).length);
  if (hasFailed(batch, i)) size += framed(STATUS_ERROR.length);
  return size;
}

function writeSpan(writer: ProtoWriter, batch: SpanBatch, i: number, parts: SpanParts): void {
  writer.words(TAG.traceId, batch.traceId, i << 2, 4);
  writer.words(TAG.spanId, batch.spanId, i << 1, 2);
  if (batch.weight[i] > 1) writer.chunk(TAG.traceState, parts.traceState(i));
  if (!isRoot(batch, i)) writer.words(TAG.parentSpanId, batch.parentId, i << 1, 2);
  writer.chunk(TAG.name, parts.name(i));
  writer.byte(TAG.kind);
  writer.byte(batch.kind[i]);
  writer.fixed64(TAG.start, nanosOf(batch.startUs[i]));
  writer.fixed64(TAG.end, nanosOf(batch.startUs[i] + batch.durationUs[i]));
  writer.raw(parts.attributes(i));
  if (hasFailed(batch, i)) writer.chunk(TAG.status, STATUS_ERROR);
}

function isRoot(batch: SpanBatch, i: number): boolean {
  return batch.parentId[i << 1] === 0 && batch.parentId[(i << 1) + 1] === 0;
}

function hasFailed(batch: SpanBatch, i: number): boolean {
  return (batch.flags[i] & SpanFlag.Error) !== 0;
}

/** Bytes of a length-delimited field with a tag of one byte. */
function framed(length: number): number {
  return 1 + varintLength(length) + length;
}

/** The variable parts of spans, each encoded once: few names, many spans. */
class SpanParts {
  readonly #batch: SpanBatch;
  readonly #options: EncodeOptions;
  readonly #names = new Map<number, Uint8Array>();
  readonly #attributes = new Map<number, Uint8Array>();
  readonly #states = new Map<number, Uint8Array>();

  constructor(batch: SpanBatch, options: EncodeOptions) {
    this.#batch = batch;
    this.#options = options;
  }

  name(i: number): Uint8Array {
    const id = this.#batch.operation[i];
    return once(this.#names, id, () => encodeUtf8(this.#batch.names.operationName(id)));
  }

  attributes(i: number): Uint8Array {
    return once(this.#attributes, attributesKey(this.#batch, i), () =>
      encodeAttributes(TAG.spanAttribute, spanAttributes(this.#batch, i, this.#options)),
    );
  }

  traceState(i: number): Uint8Array {
    const weight = this.#batch.weight[i];
    return once(this.#states, weight, () => encodeUtf8(traceStateOf(weight)));
  }
}

function once(known: Map<number, Uint8Array>, key: number, make: () => Uint8Array): Uint8Array {
  let bytes = known.get(key);
  if (bytes === undefined) {
    bytes = make();
    known.set(key, bytes);
  }
  return bytes;
}

/** KeyValue { key = 1, value = 2: AnyValue { string_value = 1 | int_value = 3 } }, each under `tag`. */
function encodeAttributes(tag: number, attributes: readonly Attribute[]): Uint8Array {
  const encoded = attributes.map(([key, value]) => {
    const keyBytes = encodeUtf8(key);
    const text = typeof value === 'string' ? encodeUtf8(value) : undefined;
    const valueSize = text === undefined ? 1 + varintLength(value as number) : framed(text.length);
    return { keyBytes, text, value, valueSize, size: framed(keyBytes.length) + framed(valueSize) };
  });
  const writer = new ProtoWriter(encoded.reduce((sum, { size }) => sum + framed(size), 0));
  for (const { keyBytes, text, value, valueSize, size } of encoded) {
    writer.open(tag, size);
    writer.chunk(0x0a, keyBytes);
    writer.open(0x12, valueSize);
    if (text !== undefined) writer.chunk(0x0a, text);
    else writer.open(0x18, value as number);
  }
  return writer.bytes;
}
