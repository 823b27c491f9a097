import { hexToWords } from '../domain/ids.ts';
import type { Names, SlotKind } from '../domain/names.ts';
import { SpanFlag, type SpanBatch } from '../domain/span-batch.ts';
import type { JsonValue } from '../runtime/index.ts';
import { MAX_NAME_BYTES, UNKNOWN_SERVICE, UNNAMED } from './byte-interner.ts';
import {
  ENVIRONMENT_PARTS,
  INSTANCE_PARTS,
  NODE_PARTS,
  PEER_PARTS,
  ResourcePart,
  SPAN_KEYS,
  SpanKey,
  VERSION_PARTS,
} from './known-keys.ts';
import type { ResourceIds } from './resource-ids.ts';
import { resourceReading } from './resource-keys.ts';
import { hasFailed, peerDetail, peerPart, SpanFacts, statusClassOf } from './span-facts.ts';
import { timesFault, usableDuration } from './span-times.ts';
import { samplingWeight } from './trace-state.ts';

const SPAN_CODES = new Map(SPAN_KEYS);

/** One span of a text format, filled field by field and then appended; used again for each (`reset`). */
export class TextSpan {
  readonly #names: Names;
  readonly facts = new SpanFacts();
  readonly #peerTexts: string[] = Array.from({ length: PEER_PARTS }, () => '');
  /** Trace id (4), span id (2), parent id (2). */
  readonly #ids = new Int32Array(8);
  #idFault: string | undefined;
  name = '';
  startUs = 0;
  durationUs = 0;
  traceState = '';
  followsFrom = false;

  constructor(names: Names) {
    this.#names = names;
  }

  reset(): void {
    this.facts.reset();
    this.#ids.fill(0);
    this.#idFault = undefined;
    this.name = '';
    this.startUs = 0;
    this.durationUs = -Infinity;
    this.traceState = '';
    this.followsFrom = false;
  }

  /** Hex in any case; shorter ids are padded with zeros on the left when `padded`. */
  setIds(traceId: string, spanId: string, padded: boolean): void {
    const fault = padded ? paddedIdFault : exactIdFault;
    this.#idFault = fault('trace', traceId, 32) ?? fault('span', spanId, 16);
    if (this.#idFault !== undefined) return;
    if (!hexToWords(traceId, this.#ids, 0, 4)) this.#idFault = 'trace id is not hexadecimal';
    else if (!hexToWords(spanId, this.#ids, 4, 2)) this.#idFault = 'span id is not hexadecimal';
    else if ((this.#ids[0] | this.#ids[1] | this.#ids[2] | this.#ids[3]) === 0)
      this.#idFault = 'trace id is all zeros';
    else if ((this.#ids[4] | this.#ids[5]) === 0) this.#idFault = 'span id is all zeros';
  }

  /** An unreadable parent id is no parent. */
  setParent(parentId: string, padded: boolean): void {
    const readable =
      (padded ? parentId.length <= 16 : parentId.length === 16) && hexToWords(parentId, this.#ids, 6, 2);
    if (!readable) this.#ids[6] = this.#ids[7] = 0;
  }

  /** Takes a span attribute or tag whose value is plain JSON. */
  tag(key: string, value: JsonValue | undefined): void {
    const code = SPAN_CODES.get(key);
    if (code === undefined) return;
    if (code < PEER_PARTS) {
      if (typeof value !== 'string' || value === '') return;
      this.#peerTexts[code] = value;
      this.facts.peers |= 1 << code;
    } else if (code === SpanKey.Error) this.facts.errorTag = isTrue(value);
    else if (code === SpanKey.HttpStatus) this.facts.setHttpStatus(statusOf(value));
    else this.facts.setGrpcStatus(statusOf(value));
  }

  /** Appends the span, or says why it cannot be used. */
  append(batch: SpanBatch, resource: ResourceIds): string | undefined {
    const fault = this.#idFault ?? timesFault(this.startUs, this.durationUs);
    if (fault !== undefined) return fault;
    const i = batch.push();
    for (let w = 0; w < 4; w++) batch.traceId[(i << 2) + w] = this.#ids[w];
    for (let w = 0; w < 2; w++) {
      batch.spanId[(i << 1) + w] = this.#ids[4 + w];
      batch.parentId[(i << 1) + w] = this.#ids[6 + w];
    }
    batch.startUs[i] = this.startUs;
    batch.durationUs[i] = usableDuration(this.durationUs);
    batch.service[i] = resource.service;
    batch.instance[i] = resource.instance;
    batch.version[i] = resource.version;
    batch.node[i] = resource.node;
    batch.operation[i] = this.#names.operation(
      resource.service,
      this.name === '' ? UNNAMED : this.name.slice(0, MAX_NAME_BYTES),
    );
    batch.kind[i] = this.facts.kind;
    batch.statusClass[i] = statusClassOf(this.facts);
    batch.flags[i] =
      (hasFailed(this.facts) ? SpanFlag.Error : 0) | (this.followsFrom ? SpanFlag.FollowsFrom : 0);
    batch.peer[i] = this.#peer(resource.service);
    if (this.traceState !== '') batch.weight[i] = samplingWeight(this.traceState);
    return undefined;
  }

  #peer(service: number): number {
    const part = peerPart(this.facts);
    if (part < 0) return 0;
    const detail = peerDetail(this.facts, part);
    const cut = (p: number): string => this.#peerTexts[p].slice(0, MAX_NAME_BYTES);
    return this.#names.slot('peer', service, detail < 0 ? cut(part) : `${cut(part)}:${cut(detail)}`);
  }
}

/** Resolves the texts of a resource (by `ResourcePart`) to numbers. */
export function resolveResource(names: Names, texts: readonly string[]): ResourceIds {
  const first = (parts: readonly number[]): string => {
    for (const part of parts) if (texts[part] !== '') return texts[part].slice(0, MAX_NAME_BYTES);
    return '';
  };
  const name = first([ResourcePart.ServiceName]);
  const service = names.service({
    environment: first(ENVIRONMENT_PARTS),
    namespace: first([ResourcePart.ServiceNamespace]),
    name: name === '' ? UNKNOWN_SERVICE : name,
  });
  const owner = first(resourceReading(names).ownerParts);
  if (owner !== '') names.owners.note(service, names.owners.number(owner));
  const slot = (kind: SlotKind, parts: readonly number[]): number => names.slot(kind, service, first(parts));
  return {
    service,
    instance: slot('instance', INSTANCE_PARTS),
    version: slot('version', VERSION_PARTS),
    node: slot('node', NODE_PARTS),
  };
}

export function isTrue(value: JsonValue | undefined): boolean {
  return (
    value === true || (typeof value === 'string' && value.length === 4 && value.toLowerCase() === 'true')
  );
}

/** Status codes come as numbers and as their decimal text; -1 for anything else. */
function statusOf(value: JsonValue | undefined): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : -1;
}

function exactIdFault(kind: string, id: string, digits: number): string | undefined {
  if (id === '') return `${kind} id is missing`;
  return id.length === digits ? undefined : `${kind} id has ${id.length} digits`;
}

function paddedIdFault(kind: string, id: string, digits: number): string | undefined {
  if (id === '') return `${kind} id is missing`;
  return id.length <= digits ? undefined : `${kind} id has ${id.length} digits`;
}
