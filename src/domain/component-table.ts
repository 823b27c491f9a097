import { COMPONENT_KINDS, type Component, type ComponentKind } from './component.ts';
import { parseComponent, printComponent } from './component-grammar.ts';
import type { Names } from './names.ts';
import { widened } from './widened.ts';

/** Kinds as small numbers for the hot path: the index in COMPONENT_KINDS. */
export const KindCode = Object.fromEntries(COMPONENT_KINDS.map((kind, i) => [kind, i])) as Record<
  ComponentKind,
  number
>;

export type ComponentTableState = ReturnType<ComponentTable['snapshot']>;

/**
 * Components as dense numbers, for as long as the process lives: (kind, a, b) in a flat open-addressing table.
 *
 *     kind                                    a                  b
 *     self total error outlier shape traffic  operation          0
 *     dependency                              service            peer slot
 *     request response queue                  caller service     callee operation
 *     calls                                   parent operation   child operation
 */
export class ComponentTable {
  readonly names: Names;
  readonly maxComponents: number;
  /** Lookups refused because the table is full. */
  overflowed = 0;
  kind: Uint8Array;
  a: Int32Array;
  b: Int32Array;
  #slots: Int32Array;
  #mask: number;
  #size = 0;
  readonly #keys: (string | undefined)[] = [];
  /** By operation: the slot of the peer that it asks; 0 for none. */
  #peers = new Int32Array(256);

  /** 50,000 components are 5,000 operations with ten components each; a window of them is 5 MB. */
  constructor(names: Names, maxComponents = 50_000) {
    this.names = names;
    this.maxComponents = maxComponents;
    this.kind = new Uint8Array(1024);
    this.a = new Int32Array(1024);
    this.b = new Int32Array(1024);
    this.#slots = new Int32Array(4096);
    this.#mask = 4095;
  }

  get size(): number {
    return this.#size;
  }

  /** The number of the component, made on first sight; -1 when the table is full. */
  id(kind: number, a: number, b: number): number {
    let slot = this.#home(kind, a, b);
    for (;;) {
      const entry = this.#slots[slot] - 1;
      if (entry < 0) return this.#add(kind, a, b);
      if (this.a[entry] === a && this.b[entry] === b && this.kind[entry] === kind) return entry;
      slot = (slot + 1) & this.#mask;
    }
  }

  /** The number of the component if it was seen, else -1. */
  find(kind: number, a: number, b: number): number {
    let slot = this.#home(kind, a, b);
    for (;;) {
      const entry = this.#slots[slot] - 1;
      if (entry < 0) return -1;
      if (this.a[entry] === a && this.b[entry] === b && this.kind[entry] === kind) return entry;
      slot = (slot + 1) & this.#mask;
    }
  }

  /** An operation asks a peer that sends no spans: its failures may be the peer's. */
  asks(operation: number, peer: number): void {
    if (operation >= this.#peers.length) this.#peers = widened(this.#peers, operation * 2);
    this.#peers[operation] = peer;
  }

  /** The slot of the peer that an operation asks, 0 when none is known. */
  peerOf(operation: number): number {
    return operation < this.#peers.length ? this.#peers[operation] : 0;
  }

  kindOf(id: number): ComponentKind {
    return COMPONENT_KINDS[this.kind[id]];
  }

  /** Key by the grammar. */
  key(id: number): string {
    return (this.#keys[id] ??= printComponent(this.component(id)));
  }

  component(id: number): Component {
    const names = this.names;
    const kind = this.kindOf(id);
    const a = this.a[id];
    const b = this.b[id];
    const operation = (op: number): string => names.operationName(op);
    const serviceOf = (op: number) => names.serviceIdentity(names.serviceOf(op));
    switch (kind) {
      case 'dependency':
        return { kind, service: names.serviceIdentity(a), peer: names.slotName(b) };
      case 'request':
      case 'response':
      case 'queue':
        return {
          kind,
          service: names.serviceIdentity(a),
          callee: serviceOf(b),
          calleeOperation: operation(b),
        };
      case 'calls':
        return {
          kind,
          service: serviceOf(a),
          operation: operation(a),
          callee: serviceOf(b),
          calleeOperation: operation(b),
        };
      default:
        return { kind, service: serviceOf(a), operation: operation(a) };
    }
  }

  /** The number of a component that comes from outside (a model, another process); -1 when the table is full. */
  intern(component: Component): number {
    const { names } = this;
    const service = names.service(component.service);
    const code = KindCode[component.kind];
    const operation = (): number => names.operation(service, component.operation ?? '');
    const calleeOperation = (): number =>
      component.callee === undefined
        ? 0
        : names.operation(names.service(component.callee), component.calleeOperation ?? '');
    switch (component.kind) {
      case 'dependency':
        return this.id(code, service, names.slot('peer', service, component.peer ?? ''));
      case 'request':
      case 'response':
      case 'queue':
        return this.id(code, service, calleeOperation());
      case 'calls':
        return this.id(code, operation(), calleeOperation());
      default:
        return this.id(code, operation(), 0);
    }
  }

  snapshot(): { kind: Uint8Array; a: Int32Array; b: Int32Array } {
    const size = this.#size;
    return { kind: this.kind.subarray(0, size), a: this.a.subarray(0, size), b: this.b.subarray(0, size) };
  }

  /** Into an empty table: the same components under the same numbers. */
  restore({ kind, a, b }: ComponentTableState): void {
    if (this.#size > 0) throw new RangeError('the table has components already');
    for (let id = 0; id < kind.length; id++) {
      if (this.#size === this.kind.length) this.#grow();
      this.#append(kind[id], a[id], b[id]);
    }
  }

  /** By key; -1 for what is no key, or when the table is full. */
  internKey(key: string): number {
    try {
      return this.intern(parseComponent(key));
    } catch (error) {
      if (error instanceof SyntaxError) return -1;
      throw error;
    }
  }

  #home(kind: number, a: number, b: number): number {
    let h = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca77) ^ Math.imul(kind + 1, 0xc2b2ae3d);
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
    return (h ^ (h >>> 13)) & this.#mask;
  }

  #add(kind: number, a: number, b: number): number {
    if (this.#size >= this.maxComponents) {
      this.overflowed++;
      return -1;
    }
    if (this.#size === this.kind.length) this.#grow();
    return this.#append(kind, a, b);
  }

  #append(kind: number, a: number, b: number): number {
    const id = this.#size++;
    this.kind[id] = kind;
    this.a[id] = a;
    this.b[id] = b;
    this.#place(id);
    return id;
  }

  #place(id: number): void {
    let slot = this.#home(this.kind[id], this.a[id], this.b[id]);
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[slot] = id + 1;
  }

  #grow(): void {
    const capacity = this.kind.length * 2;
    this.kind = widened(this.kind, capacity);
    this.a = widened(this.a, capacity);
    this.b = widened(this.b, capacity);
    this.#slots = new Int32Array(capacity * 4);
    this.#mask = capacity * 4 - 1;
    for (let id = 0; id < this.#size; id++) this.#place(id);
  }
}
