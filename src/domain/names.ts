import { normaliseOperation } from './operation-name.ts';
import type { ServiceIdentity } from './service-identity.ts';

/** What a service beyond its cap of names is filed under, so that the overflow stays visible. */
export const OVERFLOW_NAME = '(other)';

export interface NameLimits {
  readonly maxServices: number;
  readonly maxOperationsPerService: number;
  /** Instances, versions, nodes and peers, each. */
  readonly maxSlotsPerService: number;
  /** Characters kept of any name. */
  readonly maxNameLength: number;
}

/**
 * 2,000 services and 500 operations each are several times what large meshes run; 200 slots hold a service's pods
 * across a few deploys. Together they bound the table at 2.6 million names even when all come from a hostile sender
 * (a service's slots share one allowance of four times the limit).
 */
export const DEFAULT_NAME_LIMITS: NameLimits = {
  maxServices: 2000,
  maxOperationsPerService: 500,
  maxSlotsPerService: 200,
  maxNameLength: 200,
};

export type SlotKind = 'instance' | 'version' | 'node' | 'peer';

/**
 * Strings to small numbers and back, for as long as the process lives. Capped where names enter, so that a million
 * distinct names cannot leak memory before a cap sees them: a service beyond its cap gets the name `(other)`.
 * Id 0 means absent. Operations belong to a service: an operation id implies its service id.
 */
export class Names {
  readonly limits: NameLimits;
  /** Names refused a number of their own, by kind, since the start. */
  readonly overflowed = { service: 0, operation: 0, slot: 0 };
  readonly #services: ServiceIdentity[] = [{ environment: '', namespace: '', name: '' }];
  readonly #serviceIds = new Map<string, number>();
  readonly #operationNames: string[] = [''];
  readonly #operationServices: number[] = [0];
  readonly #operationIds: Map<string, number>[] = [new Map<string, number>()];
  readonly #slots: string[] = [''];
  readonly #slotIds: Map<string, number>[] = [new Map<string, number>()];
  #operationTotal = 0;

  constructor(limits: NameLimits = DEFAULT_NAME_LIMITS) {
    this.limits = limits;
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
    // Four kinds share a service's map: the cap of each is a quarter of the map's.
    if (ids.size >= this.limits.maxSlotsPerService * 4) {
      this.overflowed.slot++;
      const overflowKey = `${kind}\u0000${OVERFLOW_NAME}`;
      return ids.get(overflowKey) ?? this.#addSlot(ids, overflowKey, OVERFLOW_NAME);
    }
    return this.#addSlot(ids, key, key.slice(kind.length + 1));
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

  #addSlot(ids: Map<string, number>, key: string, name: string): number {
    const id = this.#slots.length;
    this.#slots.push(name);
    ids.set(key, id);
    return id;
  }
}
