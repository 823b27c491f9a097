import type { SpanFormat } from '../domain/decode.ts';
import type { Names } from '../domain/names.ts';
import { SpanKind, type SpanBatch } from '../domain/span-batch.ts';
import type { JsonValue } from '../runtime/index.ts';
import { createJsonFormat, type Rejections } from './json-format.ts';
import {
  arrayAt,
  isObject,
  JsonShapeError,
  numberOf,
  objectAt,
  textOf,
  type JsonObject,
} from './json-values.ts';
import { RESOURCE_PARTS, ResourcePart } from './known-keys.ts';
import type { ResourceIds } from './resource-ids.ts';
import { StatusCode, type SpanFacts } from './span-facts.ts';
import { isTrue, resolveResource, TextSpan } from './text-span.ts';
import { resourceReading } from './resource-keys.ts';

/**
 * Jaeger's JSON as its query service and UI give it (jaeger internal/uimodel): `{"data":[trace...]}`, one trace, or an
 * array of traces. Times are microseconds. Ids are hex and may have lost leading zeros.
 */
export function createJaegerJsonFormat(names: Names, maxValues?: number): SpanFormat {
  const reader = new JaegerJsonReader(names);
  return createJsonFormat(
    'jaeger-json',
    (value, into, rejections) => reader.read(value, into, rejections),
    maxValues,
  );
}

/** Process tags: OpenTelemetry's resource keys, and what Jaeger's own clients wrote. */
const UNKNOWN_PROCESS: JsonObject = {};

const KINDS = new Map<string, number>([
  ['internal', SpanKind.Internal],
  ['server', SpanKind.Server],
  ['client', SpanKind.Client],
  ['producer', SpanKind.Producer],
  ['consumer', SpanKind.Consumer],
]);

export class JaegerJsonReader {
  readonly #names: Names;
  readonly #span: TextSpan;

  constructor(names: Names) {
    this.#names = names;
    this.#span = new TextSpan(names);
  }

  read(value: JsonValue, into: SpanBatch, rejections: Rejections): void {
    if (Array.isArray(value)) return this.#traces(value, '', into, rejections);
    const top = objectAt(value, '');
    if (Object.hasOwn(top, 'data')) return this.#traces(arrayAt(top.data, 'data'), 'data', into, rejections);
    if (!Object.hasOwn(top, 'spans')) throw new JsonShapeError('', 'no data and no spans');
    this.#trace(top, '', into, rejections);
  }

  #traces(traces: readonly JsonValue[], path: string, into: SpanBatch, rejections: Rejections): void {
    for (const [t, trace] of traces.entries())
      this.#trace(objectAt(trace, `${path}[${t}]`), `${path}[${t}].`, into, rejections);
  }

  #trace(trace: JsonObject, path: string, into: SpanBatch, rejections: Rejections): void {
    const processes = isObject(trace.processes) ? trace.processes : UNKNOWN_PROCESS;
    const resolved = new Map<JsonValue, ResourceIds>();
    for (const [i, span] of arrayAt(trace.spans, `${path}spans`).entries()) {
      const fault = isObject(span)
        ? this.#readSpan(span, { trace, processes, resolved, into })
        : 'not an object';
      if (fault !== undefined) rejections.add(() => `${path}spans[${i}]`, fault);
    }
  }

  #readSpan(json: JsonObject, context: TraceContext): string | undefined {
    const span = this.#span;
    span.reset();
    const traceId = textOf(json.traceID ?? context.trace.traceID);
    span.setIds(traceId, textOf(json.spanID), true);
    const parent = parentOf(json, traceId);
    span.setParent(parent.id, true);
    span.followsFrom = parent.followsFrom;
    span.name = textOf(json.operationName);
    span.startUs = numberOf(json.startTime);
    span.durationUs = numberOf(json.duration ?? 0);
    for (const tag of tagsOf(json.tags)) readTag(span, tag);
    span.facts.escapedException = tagsList(json.logs).some(isEscapedException);
    return span.append(context.into, this.#resourceOf(json, context));
  }

  #resourceOf(json: JsonObject, context: TraceContext): ResourceIds {
    const named = typeof json.processID === 'string' ? context.processes[json.processID] : undefined;
    const process = isObject(json.process) ? json.process : isObject(named) ? named : UNKNOWN_PROCESS;
    const known = context.resolved.get(process);
    if (known !== undefined) return known;
    const texts: string[] = Array.from({ length: RESOURCE_PARTS }, () => '');
    const codes = resourceReading(this.#names).processCodes;
    let ip = '';
    for (const { key, value } of tagsOf(process.tags)) {
      const code = codes.get(key);
      if (code !== undefined) texts[code] = textOf(value);
      else if (key === 'ip') ip = textOf(value);
    }
    if (texts[ResourcePart.Node] === '' && texts[ResourcePart.Host] === '') texts[ResourcePart.Node] = ip;
    const serviceName = textOf(process.serviceName);
    if (serviceName !== '') texts[ResourcePart.ServiceName] = serviceName;
    const ids = resolveResource(this.#names, texts);
    context.resolved.set(process, ids);
    return ids;
  }
}

interface TraceContext {
  readonly trace: JsonObject;
  readonly processes: JsonObject;
  readonly resolved: Map<JsonValue, ResourceIds>;
  readonly into: SpanBatch;
}

interface Tag {
  readonly key: string;
  readonly value: JsonValue | undefined;
}

function tagsList(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function tagsOf(value: JsonValue | undefined): Tag[] {
  const tags: Tag[] = [];
  for (const tag of tagsList(value))
    if (isObject(tag) && typeof tag.key === 'string') tags.push({ key: tag.key, value: tag.value });
  return tags;
}

function readTag(span: TextSpan, { key, value }: Tag): void {
  if (key === 'span.kind') span.facts.kind = KINDS.get(textOf(value).toLowerCase()) ?? 0;
  else if (key === 'otel.status_code') setStatus(span.facts, textOf(value));
  else if (key === 'w3c.tracestate') span.traceState = textOf(value);
  else span.tag(key, value);
}

function setStatus(facts: SpanFacts, text: string): void {
  if (text === 'ERROR') facts.statusCode = StatusCode.Error;
  else if (text === 'OK') facts.statusCode = StatusCode.Ok;
}

/** The parent: `parentSpanID`, else the first CHILD_OF within the trace, else the first FOLLOWS_FROM within it. */
function parentOf(json: JsonObject, traceId: string): { id: string; followsFrom: boolean } {
  let followed = '';
  let parent = textOf(json.parentSpanID);
  for (const reference of tagsList(json.references)) {
    if (!isObject(reference) || !sameId(textOf(reference.traceID), traceId)) continue;
    const id = textOf(reference.spanID);
    if (reference.refType === 'FOLLOWS_FROM') followed ||= id;
    else parent ||= id;
  }
  const onlyFollows = followed !== '' && (parent === '' || sameId(parent, followed));
  return onlyFollows ? { id: followed, followsFrom: true } : { id: parent, followsFrom: false };
}

function sameId(a: string, b: string): boolean {
  return a === b || normalId(a) === normalId(b);
}

function normalId(id: string): string {
  return id.toLowerCase().replace(/^0+/, '');
}

/** An OTel exception event as Jaeger stores it: a log with fields `event` and the event's attributes. */
function isEscapedException(log: JsonValue): boolean {
  if (!isObject(log)) return false;
  const fields = tagsOf(log.fields);
  return (
    fields.some(({ key, value }) => key === 'event' && value === 'exception') &&
    fields.some(({ key, value }) => key === 'exception.escaped' && isTrue(value))
  );
}
