import type { Names, SlotKind } from '../domain/names.ts';
import { ByteNames, byteSource, type ByteSource } from './byte-names.ts';

/** Bytes of a name that are looked at; names are cut to far fewer characters, after ids became placeholders. */
export const MAX_NAME_BYTES = 1024;

/** The low three bits of a scope; the service's number is above them. */
const SCOPE = { service: 0, operation: 1, instance: 2, version: 3, node: 4, peer: 5, owner: 6 } as const;
const SLOT_KINDS: readonly SlotKind[] = ['peer', 'peer', 'instance', 'version', 'node', 'peer'];
const UTF8 = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

/** `Names` by bytes: what was seen before is found without making a string. */
export class ByteInterner {
  readonly #names: Names;
  readonly #cache = new ByteNames();
  /** Room for three names with a separator each. */
  readonly #scratch: ByteSource = byteSource(new Uint8Array(3 * (MAX_NAME_BYTES + 2)));
  #scratchUsed = 0;

  constructor(names: Names) {
    this.#names = names;
  }

  operation(service: number, source: ByteSource, from: number, to: number): number {
    const end = nameEnd(source.bytes, from, to);
    const known = this.#cache.find(source, (service << 3) | SCOPE.operation, from, end);
    if (known >= 0) return known;
    const text = textOf(source.bytes, from, end);
    const id = this.#names.operation(service, text === '' ? UNNAMED : text);
    this.#cache.add(source, from, end, id);
    return id;
  }

  /** For a name that is text already. */
  operationOf(service: number, name: string): number {
    return this.#names.operation(service, name === '' ? UNNAMED : name.slice(0, MAX_NAME_BYTES));
  }

  /** `scope` by `slotScope`; an empty name is 0, absent. */
  slot(scope: number, source: ByteSource, from: number, to: number): number {
    if (to <= from) return 0;
    const end = nameEnd(source.bytes, from, to);
    const known = this.#cache.find(source, scope, from, end);
    if (known >= 0) return known;
    const id = this.#names.slot(SLOT_KINDS[scope & 7], scope >> 3, textOf(source.bytes, from, end));
    this.#cache.add(source, from, end, id);
    return id;
  }

  /** Takes note of who owns a service; an empty range says nothing. */
  owner(service: number, source: ByteSource, from: number, to: number): void {
    if (to <= from) return;
    const { owners } = this.#names;
    const end = nameEnd(source.bytes, from, to);
    let owner = this.#cache.find(source, SCOPE.owner, from, end);
    if (owner < 0) {
      owner = owners.number(textOf(source.bytes, from, end));
      this.#cache.add(source, from, end, owner);
    }
    owners.note(service, owner);
  }

  /** Starts a name made of several: `append` the parts, then ask for `composedService` or `composedPeer`. */
  compose(): void {
    this.#scratchUsed = 0;
  }

  append(source: ByteSource, from: number, to: number, separator: number): void {
    const end = nameEnd(source.bytes, from, to);
    const { bytes } = this.#scratch;
    let at = this.#scratchUsed;
    for (let i = from; i < end; i++) bytes[at++] = Math.min(source.bytes[i], PART_END - 1);
    bytes[at++] = separator;
    this.#scratchUsed = at;
  }

  /** Of environment, namespace and name, each closed by `PART_END`, which no UTF-8 text contains. */
  composedService(): number {
    const known = this.#cache.find(this.#scratch, SCOPE.service, 0, this.#scratchUsed);
    if (known >= 0) return known;
    const [environment, namespace, name] = this.#composedParts();
    const id = this.#names.service({ environment, namespace, name: name === '' ? UNKNOWN_SERVICE : name });
    this.#cache.add(this.#scratch, 0, this.#scratchUsed, id);
    return id;
  }

  /** Of two parts, the last closed by a byte that is left out. */
  composedPeer(service: number): number {
    return this.slot(slotScope('peer', service), this.#scratch, 0, this.#scratchUsed - 1);
  }

  #composedParts(): string[] {
    const { bytes } = this.#scratch;
    const parts: string[] = [];
    let from = 0;
    for (let i = 0; i < this.#scratchUsed; i++) {
      if (bytes[i] !== PART_END) continue;
      parts.push(textOf(bytes, from, i));
      from = i + 1;
    }
    return parts;
  }
}

export function slotScope(kind: SlotKind, service: number): number {
  return (service << 3) | SCOPE[kind];
}

export const PART_END = 0xff;
export const UNKNOWN_SERVICE = 'unknown_service';
export const UNNAMED = '(unnamed)';

/** Cuts a long name between characters. */
function nameEnd(bytes: Uint8Array, from: number, to: number): number {
  if (to - from <= MAX_NAME_BYTES) return to;
  let end = from + MAX_NAME_BYTES;
  while (end > from && (bytes[end] & 0xc0) === 0x80) end--;
  return end;
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  return UTF8.decode(bytes.subarray(from, to));
}
