import { normaliseOperation } from './operation-name.ts';
import { OwnerNames } from './owner-names.ts';
import type { ServiceIdentity } from './service-identity.ts';

/** What a service beyond its cap of names is filed under, so that the overflow stays visible. */
export const OVERFLOW_NAME = '(other)';

export interface NameLimits {
  readonly maxServices: number;
  readonly maxOperationsPerService: number;
  /** Instances, versions, nodes and peers, each; of instances and nodes those that are alive. */
  readonly maxSlotsPerService: number;
  /** Characters kept of any name. */
  readonly maxNameLength: number;
}

/**
 * 2,000 services and 500 operations each are several times what large meshes run; 200 slots hold a service's pods
 * across a few deploys. Together they bound the table at 2.6 million names even when all come from a hostile sender.
 */
export const DEFAULT_NAME_LIMITS: NameLimits = {
  maxServices: 2000,
  maxOperationsPerService: 500,
  maxSlotsPerService: 200,
  maxNameLength: 200,
};

const SLOT_KINDS = ['instance', 'version', 'node', 'peer'] as const;
export type SlotKind = (typeof SLOT_KINDS)[number];

/** How many names of each sort there are, the absent one at 0 included. */
export interface NameCounts {
  readonly services: number;
  readonly operations: number;
  readonly slots: number;
}

/** The names from some counts on, in the order of their numbers: what makes another `Names` the same. */
export interface NameDelta {
  readonly from: NameCounts;
  readonly services: readonly ServiceIdentity[];
  /** Service number and normalised name. */
  readonly operations: readonly (readonly [number, string])[];
  /** Service number times four and kind, and name. */
  readonly slots: readonly (readonly [number, string])[];
}

/** Only the absent names: where a delta that says everything begins. */
const NO_NAMES: NameCounts = { services: 1, operations: 1, slots: 1 };

/**
 * Strings to small numbers and back, for as long as the process lives. Capped where names enter, so that a million
 * distinct names cannot leak memory before a cap sees them: a service beyond its cap gets the name `(other)`.
 * Id 0 means absent. Operations belong to a service: an operation id implies its service id.
 */
export class Names {
  readonly limits: NameLimits;
  /** Who owns the services, by their own word. */
  readonly owners: OwnerNames;
  /** Names refused a number of their own, by kind, since the start. */
  readonly overflowed = { service: 0, operation: 0, slot: 0 };
  readonly #services: ServiceIdentity[] = [{ environment: '', namespace: '', name: '' }];
  readonly #serviceIds = new Map<string, number>();
  readonly #operationNames: string[] = [''];
  readonly #operationServices: number[] = [0];
  readonly #operationIds: Map<string, number>[] = [new Map<string, number>()];
  readonly #slots: string[] = [''];
  /** By slot number: service number times four, and its kind. */
  readonly #slotScopes: number[] = [0];
  readonly #slotIds: Map<string, number>[] = [new Map<string, number>()];
  /** Slots that hold room, by scope. */
  readonly #alive: number[] = [];
  #operationTotal = 0;

  constructor(limits: NameLimits = DEFAULT_NAME_LIMITS, ownerAttributes?: readonly string[]) {
    this.limits = limits;
    this.owners = new OwnerNames(limits.maxServices, ownerAttributes);
  }

  service(identity: ServiceIdentity): number {
    const cut = (text: string): string => text.slice(0, this.limits.maxNameLength);
    const key = `${cut(identity.environment)}\u0000${cut(identity.namespace)}\u0000${cut(identity.name)}`;
    const known = this.#serviceIds.get(key);
    if (known !== undefined) return known;
    if (this.#serviceIds.size >= this.limits.maxServices) {
      this.overflowed.service++;
      return this.#addService(`\u0000\u0000${OVERFLOW_NAME}`, {
        environment: '',
        namespace: '',
        name: OVERFLOW_NAME,
      });
    }
    return this.#addService(key, {
      environment: cut(identity.environment),
      namespace: cut(identity.namespace),
      name: cut(identity.name),
    });
  }

  /** `name` is normalised (ids, hashes and numbers become placeholders) before it is looked up. */
  operation(serviceId: number, name: string): number {
    const ids = this.#operationIds[serviceId];
    const normal = normaliseOperation(name).slice(0, this.limits.maxNameLength);
    const known = ids.get(normal);
    if (known !== undefined) return known;
    if (ids.size >= this.limits.maxOperationsPerService) {
      this.overflowed.operation++;
      return ids.get(OVERFLOW_NAME) ?? this.#addOperation(serviceId, OVERFLOW_NAME);
    }
    return this.#addOperation(serviceId, normal);
  }

  slot(kind: SlotKind, serviceId: number, name: string): number {
    if (name === '') return 0;
    const ids = this.#slotIds[serviceId];
    const key = `${kind}\u0000${name.slice(0, this.limits.maxNameLength)}`;
    const known = ids.get(key);
    if (known !== undefined) return known;
    const scope = scopeOf(kind, serviceId);
    // A kind of its own each: pods that come and go must not use up the room of versions and peers.
    if (
      (this.#alive[scope] ?? 0) >= this.limits.maxSlotsPerService ||
      this.#slots.length >= this.#mostSlots
    ) {
      this.overflowed.slot++;
      return ids.get(`${kind}\u0000${OVERFLOW_NAME}`) ?? this.#addSlot(scope, OVERFLOW_NAME);
    }
    return this.#addSlot(scope, key.slice(kind.length + 1));
  }

  /**
   * Gives the room of a slot back: a pod that is gone. Its number goes on meaning its name, for whoever holds it, and is
   * never given to another; the same name, should it come back, gets a new number. So numbers are used up: all of a
   * process's life has room for as many as `maxServices` full services; beyond, new names are `(other)`.
   */
  releaseSlot(slotId: number): void {
    const scope = this.#slotScopes[slotId];
    const key = slotKey(scope, this.#slots[slotId]);
    const ids = this.#slotIds[scope >> 2];
    if (slotId === 0 || this.#slots[slotId] === OVERFLOW_NAME || ids.get(key) !== slotId) return;
    ids.delete(key);
    this.#alive[scope]--;
  }

  /** Slots of these kinds that hold room. */
  *slotsAlive(kinds: readonly SlotKind[]): Generator<number> {
    for (const ids of this.#slotIds)
      for (const id of ids.values()) if (kinds.includes(SLOT_KINDS[this.#slotScopes[id] & 3])) yield id;
  }

  /** Service number of a slot. */
  serviceOfSlot(slotId: number): number {
    return this.#slotScopes[slotId] >> 2;
  }

  get #mostSlots(): number {
    return this.limits.maxServices * this.limits.maxSlotsPerService * SLOT_KINDS.length;
  }

  serviceOf(operationId: number): number {
    return this.#operationServices[operationId];
  }

  serviceIdentity(serviceId: number): ServiceIdentity {
    return this.#services[serviceId];
  }

  operationName(operationId: number): string {
    return this.#operationNames[operationId];
  }

  slotName(slotId: number): string {
    return this.#slots[slotId];
  }

  get serviceCount(): number {
    return this.#services.length - 1;
  }

  get operationCount(): number {
    return this.#operationTotal;
  }

  counts(): NameCounts {
    return {
      services: this.#services.length,
      operations: this.#operationNames.length,
      slots: this.#slots.length,
    };
  }

  /** What was added since the names counted `from`; everything when absent. */
  snapshot(from: NameCounts = NO_NAMES): NameDelta {
    const since = this.#operationNames.slice(from.operations);
    return {
      from,
      services: this.#services.slice(from.services),
      operations: since.map((name, i) => [this.#operationServices[from.operations + i], name]),
      slots: this.#slots.slice(from.slots).map((name, i) => [this.#slotScopes[from.slots + i], name]),
    };
  }

  /**
   * Adds the names under their numbers, whatever the limits say now; those that are there already are left. Throws when
   * names before them are missing.
   */
  restore({ from, services, operations, slots }: NameDelta): void {
    const counts = this.counts();
    if (from.services > counts.services || from.operations > counts.operations || from.slots > counts.slots)
      throw new RangeError('names before these are missing');
    for (const identity of services.slice(counts.services - from.services)) {
      const { environment, namespace, name } = identity;
      this.#addService(`${environment}\u0000${namespace}\u0000${name}`, identity);
    }
    for (const [service, name] of operations.slice(counts.operations - from.operations))
      this.#addOperation(service, name);
    for (const [scope, name] of slots.slice(counts.slots - from.slots)) this.#addSlot(scope, name);
  }

  #addService(key: string, identity: ServiceIdentity): number {
    const existing = this.#serviceIds.get(key);
    if (existing !== undefined) return existing;
    const id = this.#services.length;
    this.#services.push(identity);
    this.#operationIds.push(new Map());
    this.#slotIds.push(new Map());
    this.#serviceIds.set(key, id);
    return id;
  }

  #addOperation(serviceId: number, name: string): number {
    const id = this.#operationNames.length;
    this.#operationNames.push(name);
    this.#operationServices.push(serviceId);
    this.#operationIds[serviceId].set(name, id);
    this.#operationTotal++;
    return id;
  }

  #addSlot(scope: number, name: string): number {
    const id = this.#slots.length;
    this.#slots.push(name);
    this.#slotScopes.push(scope);
    const ids = this.#slotIds[scope >> 2];
    const key = slotKey(scope, name);
    // Restored beside a released number of the same name: the newer one stands for it.
    if (!ids.has(key)) this.#alive[scope] = (this.#alive[scope] ?? 0) + 1;
    ids.set(key, id);
    return id;
  }
}

function slotKey(scope: number, name: string): string {
  return `${SLOT_KINDS[scope & 3]}\u0000${name}`;
}

function scopeOf(kind: SlotKind, serviceId: number): number {
  return serviceId * 4 + SLOT_KINDS.indexOf(kind);
}
