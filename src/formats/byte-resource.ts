import type { SlotKind } from '../domain/names.ts';
import { PART_END, slotScope, type ByteInterner } from './byte-interner.ts';
import type { ByteSource } from './byte-names.ts';
import {
  ENVIRONMENT_PARTS,
  INSTANCE_PARTS,
  NODE_PARTS,
  RESOURCE_PARTS,
  ResourcePart,
  VERSION_PARTS,
} from './known-keys.ts';
import type { ResourceIds } from './resource-ids.ts';

/** What is read of a resource, as ranges of the message's bytes by `ResourcePart`; empty when absent. */
export class ByteResource {
  readonly ids: ResourceIds = { service: 0, instance: 0, version: 0, node: 0 };
  readonly #ranges = new Int32Array(2 * RESOURCE_PARTS);
  readonly #ownerParts: readonly number[];

  constructor(ownerParts: readonly number[]) {
    this.#ownerParts = ownerParts;
  }

  reset(): void {
    this.#ranges.fill(0);
  }

  set(part: number, from: number, to: number): void {
    this.#ranges[part << 1] = from;
    this.#ranges[(part << 1) + 1] = to;
  }

  /** Makes numbers of the names, in `ids`. */
  resolve(source: ByteSource, interner: ByteInterner): void {
    interner.compose();
    this.#append(this.#first(ENVIRONMENT_PARTS), source, interner);
    this.#append(ResourcePart.ServiceNamespace, source, interner);
    this.#append(ResourcePart.ServiceName, source, interner);
    this.ids.service = interner.composedService();
    const slot = (kind: SlotKind, parts: readonly number[]): number => {
      const part = this.#first(parts);
      const scope = slotScope(kind, this.ids.service);
      return interner.slot(scope, source, this.#ranges[part << 1], this.#ranges[(part << 1) + 1]);
    };
    this.ids.instance = slot('instance', INSTANCE_PARTS);
    this.ids.version = slot('version', VERSION_PARTS);
    this.ids.node = slot('node', NODE_PARTS);
    if (this.#ownerParts.length === 0) return;
    const owner = this.#first(this.#ownerParts) << 1;
    interner.owner(this.ids.service, source, this.#ranges[owner], this.#ranges[owner + 1]);
  }

  #append(part: number, source: ByteSource, interner: ByteInterner): void {
    interner.append(source, this.#ranges[part << 1], this.#ranges[(part << 1) + 1], PART_END);
  }

  /** The first of the parts that is there; when none is, the last, which is empty. */
  #first(parts: readonly number[]): number {
    let i = 0;
    while (i < parts.length - 1 && this.#ranges[(parts[i] << 1) + 1] === this.#ranges[parts[i] << 1]) i++;
    return parts[i];
  }
}
