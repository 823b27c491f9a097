import type { SpanFormat } from '../domain/decode.ts';
import { hexToWords } from '../domain/ids.ts';
import type { Names } from '../domain/names.ts';
import { SERVER_BITS } from '../domain/shared-id.ts';
import { SpanKind, type SpanBatch } from '../domain/span-batch.ts';
import type { JsonValue } from '../runtime/index.ts';
import { createJsonFormat, type Rejections } from './json-format.ts';
import { isObject, JsonShapeError, numberOf, textOf, type JsonObject } from './json-values.ts';
import { RESOURCE_PARTS, ResourcePart } from './known-keys.ts';
import type { ResourceIds } from './resource-ids.ts';
import { resolveResource, TextSpan } from './text-span.ts';

/**
 * Zipkin v2 JSON (openzipkin/zipkin-api zipkin2-api.yaml): an array of spans, or one span. Client and server of one
 * call may share an id (`shared`): the server's span then gets an id of its own, made from the shared one (the same
 * in every batch), becomes the client's child, and takes over the spans of its service that hang under the shared id.
 */
export function createZipkinJsonFormat(names: Names, maxValues?: number): SpanFormat {
  const reader = new ZipkinJsonReader(names);
  return createJsonFormat(
    'zipkin-json',
    (value, into, rejections) => reader.read(value, into, rejections),
    maxValues,
  );
}

const KINDS = new Map<string, number>([
  ['SERVER', SpanKind.Server],
  ['CLIENT', SpanKind.Client],
  ['PRODUCER', SpanKind.Producer],
  ['CONSUMER', SpanKind.Consumer],
]);

class ZipkinJsonReader {
  readonly #names: Names;
  readonly #span: TextSpan;
  readonly #resources = new Map<string, ResourceIds>();

  constructor(names: Names) {
    this.#names = names;
    this.#span = new TextSpan(names);
  }

  read(value: JsonValue, into: SpanBatch, rejections: Rejections): void {
    const spans = Array.isArray(value) ? value : [value];
    if (!Array.isArray(value) && !(isObject(value) && Object.hasOwn(value, 'traceId')))
      throw new JsonShapeError('', 'expected an array of spans');
    this.#resources.clear();
    const shared = sharedIds(spans);
    for (const [i, json] of spans.entries()) {
      const fault = isObject(json) ? this.#readSpan(json, shared, into) : 'not an object';
      if (fault !== undefined) rejections.add(() => `[${i}]`, fault);
    }
  }

  #readSpan(json: JsonObject, shared: SharedIds, into: SpanBatch): string | undefined {
    const span = this.#span;
    span.reset();
    const id = textOf(json.id);
    const parentId = textOf(json.parentId);
    const isShared = isSharedServer(json, shared);
    span.setIds(textOf(json.traceId), isShared ? derivedId(id) : id, true);
    if (isShared) span.setParent(id, true);
    else span.setParent(shared.servers.has(serverKey(json, parentId)) ? derivedId(parentId) : parentId, true);
    span.name = textOf(json.name);
    span.facts.kind = KINDS.get(textOf(json.kind)) ?? SpanKind.Internal;
    span.startUs = numberOf(json.timestamp);
    span.durationUs = numberOf(json.duration);
    if (Number.isNaN(span.durationUs)) return 'duration is missing';
    this.#readTags(json);
    return span.append(into, this.#resourceOf(json));
  }

  #readTags(json: JsonObject): void {
    const span = this.#span;
    if (isObject(json.remoteEndpoint)) span.tag('peer.service', json.remoteEndpoint.serviceName);
    if (!isObject(json.tags)) return;
    for (const key of Object.keys(json.tags)) if (key !== 'error') span.tag(key, json.tags[key]);
    // The tag's presence is the error; its value is a message, or nothing.
    if (Object.hasOwn(json.tags, 'error')) span.facts.errorTag = textOf(json.tags.error) !== 'false';
    if (span.facts.kind === SpanKind.Internal) span.facts.peers = 0;
  }

  #resourceOf(json: JsonObject): ResourceIds {
    const local = isObject(json.localEndpoint) ? json.localEndpoint : {};
    const texts: string[] = Array.from({ length: RESOURCE_PARTS }, () => '');
    texts[ResourcePart.ServiceName] = textOf(local.serviceName);
    texts[ResourcePart.Host] = textOf(local.ipv4) || textOf(local.ipv6);
    const key = `${texts[ResourcePart.Host]}\u0000${texts[ResourcePart.ServiceName]}`;
    const known = this.#resources.get(key);
    if (known !== undefined) return known;
    const ids = resolveResource(this.#names, texts);
    this.#resources.set(key, ids);
    return ids;
  }
}

interface SharedIds {
  /** `trace id/span id` of clients. */
  readonly clients: Set<string>;
  /** `trace id/span id/service` of servers that share their id. */
  readonly servers: Set<string>;
}

function sharedIds(spans: readonly JsonValue[]): SharedIds {
  const shared = { clients: new Set<string>(), servers: new Set<string>() };
  const objects = spans.filter(isObject);
  for (const json of objects) if (json.kind === 'CLIENT') shared.clients.add(idKey(json, textOf(json.id)));
  for (const json of objects)
    if (isSharedServer(json, shared)) shared.servers.add(serverKey(json, textOf(json.id)));
  return shared;
}

function isSharedServer(json: JsonObject, shared: SharedIds): boolean {
  if (json.kind !== 'SERVER') return false;
  return json.shared === true || shared.clients.has(idKey(json, textOf(json.id)));
}

function idKey(json: JsonObject, id: string): string {
  return `${textOf(json.traceId)}/${id}`;
}

function serverKey(json: JsonObject, id: string): string {
  const service = isObject(json.localEndpoint) ? textOf(json.localEndpoint.serviceName) : '';
  return `${idKey(json, id)}/${service}`;
}

const words = new Int32Array(2);

/** Another id made from a shared one, by flipping bits: the same always, and never the same as its origin. */
function derivedId(id: string): string {
  if (id === '' || !hexToWords(id, words, 0, 2)) return id;
  const high = (words[0] ^ SERVER_BITS) >>> 0;
  return high.toString(16).padStart(8, '0') + (words[1] >>> 0).toString(16).padStart(8, '0');
}
