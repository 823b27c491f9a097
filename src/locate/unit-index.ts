import type { ComponentTable } from '../domain/component-table.ts';
import type { Role } from './causes.ts';

/** Who can be a suspect: a service, or a peer that emits no spans. */
export type Unit =
  | { readonly kind: 'service'; readonly service: number }
  | { readonly kind: 'dependency'; readonly peer: string };

export interface Touch {
  readonly unit: number;
  readonly role: Role;
}

export interface UnitIndexState {
  readonly units: readonly Unit[];
  readonly touches: readonly (readonly [component: number, touches: readonly Touch[]])[];
  readonly neighbours: ReadonlyMap<number, Set<number>>;
}

/** Components to the suspects that they touch, learned as components appear. */
export class UnitIndex {
  readonly units: Unit[] = [];
  readonly #table: ComponentTable;
  readonly #ids = new Map<string, number>();
  readonly #touches: (readonly Touch[])[] = [];
  /** Services that call each other, as sets of unit numbers. */
  readonly #neighbours = new Map<number, Set<number>>();
  /** Services that take messages. */
  readonly #consumers = new Set<number>();

  constructor(table: ComponentTable) {
    this.#table = table;
  }

  touches(component: number): readonly Touch[] {
    const known = this.#touches[component] as readonly Touch[] | undefined;
    // Whom a failing operation asks may become known later than the operation.
    if (
      known !== undefined &&
      (known.length !== 1 || known[0].role !== 'errors' || this.#peerOf(component) === 0)
    )
      return known;
    return (this.#touches[component] = this.#find(component));
  }

  /** Services whose operations fail that ask the peer `unit`, of the error components in `hot`. */
  failingCallers(unit: number, hot: readonly number[]): number {
    return this.callers(
      hot.filter((component) =>
        this.touches(component).some((touch) => touch.unit === unit && touch.role === 'peerErrors'),
      ),
    );
  }

  /** How many services take messages from a queue. */
  get consumers(): number {
    return this.#consumers.size;
  }

  /** The unit of a service by its number. */
  serviceUnit(service: number): number {
    return this.#service(service);
  }

  /** The parent operation of a `calls` component. */
  parentOf(component: number): number {
    return this.#table.a[component];
  }

  /** How many services the callers in components of a peer (waits of a service, failures of what asks it) are. */
  callers(components: readonly number[]): number {
    return new Set(components.map((component) => this.callerOf(component))).size;
  }

  /** The service that a component of a peer is seen by. */
  callerOf(component: number): number {
    const a = this.#table.a[component];
    return this.#table.kindOf(component) === 'error' ? this.#table.names.serviceOf(a) : a;
  }

  areNeighbours(a: number, b: number): boolean {
    return this.#neighbours.get(a)?.has(b) === true;
  }

  snapshot(): UnitIndexState {
    return {
      units: this.units,
      touches: this.#touches.flatMap((touches, component) => [[component, touches] as const]),
      neighbours: this.#neighbours,
    };
  }

  restore({ units, touches, neighbours }: UnitIndexState): void {
    this.units.length = 0;
    this.#ids.clear();
    for (const unit of units)
      this.#unit(unit.kind === 'service' ? `s${unit.service}` : `p${unit.peer}`, unit);
    this.#touches.length = 0;
    this.#consumers.clear();
    for (const [component, touched] of touches) {
      this.#touches[component] = touched;
      for (const { unit, role } of touched) if (role === 'queueIn') this.#consumers.add(unit);
    }
    this.#neighbours.clear();
    for (const [unit, others] of neighbours) this.#neighbours.set(unit, others);
  }

  #find(component: number): Touch[] {
    const { names } = this.#table;
    const a = this.#table.a[component];
    const b = this.#table.b[component];
    switch (this.#table.kindOf(component)) {
      case 'self':
        return [{ unit: this.#service(names.serviceOf(a)), role: 'self' }];
      case 'error': {
        const own: Touch = { unit: this.#service(names.serviceOf(a)), role: 'errors' };
        const peer = this.#peerOf(component);
        return peer === 0
          ? [own]
          : [own, { unit: this.#peer(names.slotName(peer), own.unit), role: 'peerErrors' }];
      }
      case 'calls':
        this.#link(this.#service(names.serviceOf(a)), this.#service(names.serviceOf(b)));
        return [{ unit: this.#service(names.serviceOf(a)), role: 'calls' }];
      case 'request':
        return this.#both(a, b, ['requestOut', 'requestIn']);
      case 'response':
        return this.#both(a, b, ['responseOut', 'responseIn']);
      case 'queue': {
        const to = this.#service(names.serviceOf(b));
        this.#link(this.#service(a), to);
        this.#consumers.add(to);
        // Who sent a message is done with it: how long it lies there is a matter of the queue and of who takes it.
        return [{ unit: to, role: 'queueIn' }];
      }
      case 'dependency':
        return [
          { unit: this.#service(a), role: 'query' },
          { unit: this.#peer(names.slotName(b), this.#service(a)), role: 'peer' },
        ];
      case 'total':
      case 'outlier':
      case 'shape':
      case 'traffic':
        return [];
    }
  }

  /** The slot of the peer that the operation of an error component asks; 0 for none. */
  #peerOf(component: number): number {
    return this.#table.peerOf(this.#table.a[component]);
  }

  #both(caller: number, calleeOperation: number, roles: readonly [Role, Role]): Touch[] {
    const from = this.#service(caller);
    const to = this.#service(this.#table.names.serviceOf(calleeOperation));
    this.#link(from, to);
    return [
      { unit: from, role: roles[0] },
      { unit: to, role: roles[1] },
    ];
  }

  #service(service: number): number {
    return this.#unit(`s${service}`, { kind: 'service', service });
  }

  #peer(peer: string, caller: number): number {
    const unit = this.#unit(`p${peer}`, { kind: 'dependency', peer });
    this.#link(caller, unit);
    return unit;
  }

  #unit(key: string, unit: Unit): number {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    this.units.push(unit);
    this.#ids.set(key, this.units.length - 1);
    return this.units.length - 1;
  }

  #link(a: number, b: number): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ]) {
      const set = this.#neighbours.get(from);
      if (set === undefined) this.#neighbours.set(from, new Set([to]));
      else set.add(to);
    }
  }
}
