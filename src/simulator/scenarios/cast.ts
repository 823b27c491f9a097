import { callRates, type CallRates } from '../call-rates.ts';
import { mixSeed } from '../distribution.ts';
import { Chance } from '../grow/chance.ts';
import { SHARED_DATABASE } from '../grow/programs.ts';
import type { CallStep, ServiceSpec, Step, Topology } from '../topology.ts';

/** Who plays what in a scenario, and how hard: drawn from a seed, so that a scenario itself names no service. */
export class Cast {
  readonly topology: Topology;
  readonly #rates: CallRates;
  readonly #chance: Chance;

  /** `seed` together with `play` (the scenario's name) decides: the scenarios of one seed do not all hit one service. */
  constructor(topology: Topology, tracesPerSecond: number, { seed, play }: { seed: number; play: string }) {
    this.topology = topology;
    this.#rates = callRates(topology, tracesPerSecond);
    let mixed = seed;
    for (let i = 0; i < play.length; i++) mixed = mixSeed(mixed, play.charCodeAt(i));
    this.#chance = new Chance(mixed);
  }

  /** Even in the log. */
  between(least: number, most: number): number {
    return this.#chance.between(least, most);
  }

  /** A service behind the gateway that serves at least `perSecond` requests a second. */
  service(perSecond = 2): string {
    return this.#chance.of(this.#busy(perSecond)).name;
  }

  /** The same, of those that somebody calls and waits for: what only takes messages from a queue has no network to them. */
  called(perSecond = 2): string {
    const called = new Set(
      this.topology.services.flatMap(({ operations }) =>
        operations.flatMap(({ steps }) => allCalls(steps).map(({ service }) => service)),
      ),
    );
    return this.#chance.of(this.#busy(perSecond).filter(({ name }) => called.has(name))).name;
  }

  /** The service that most messages are for. Throws a RangeError where nobody takes any. */
  consumer(): string {
    const asked = this.topology.services.map(({ name, operations }) => ({
      name,
      rate: operations.reduce(
        (sum, operation) => sum + (this.#rates.messages.get(`${name} ${operation.name}`) ?? 0),
        0,
      ),
    }));
    const most = asked.reduce((a, b) => (b.rate > a.rate ? b : a));
    if (most.rate > 0) return most.name;
    throw new RangeError(`${this.topology.name}: nobody takes messages`);
  }

  /** A busy service with several busy operations, and one of them. */
  operation(perSecond = 1): { service: string; operation: string } {
    const choices = this.#busy(perSecond).flatMap(({ name, operations }) => {
      const busy = operations.filter((operation) => this.#operationRate(name, operation.name) >= perSecond);
      return busy.length < 2 ? [] : busy.map((operation) => ({ service: name, operation: operation.name }));
    });
    // Small systems may have no such service: any operation of a busy one then.
    if (choices.length > 0) return this.#chance.of(choices);
    const { name, operations } = this.#chance.of(this.#busy(perSecond));
    return { service: name, operation: operations[0].name };
  }

  /** A busy service in three pods or more: one of them may be replaced and the others be compared with it. */
  replicated(perSecond = 3): string {
    const choices = this.#busy(perSecond).filter(({ instances }) => instances >= 3);
    return choices.length > 0 ? this.#chance.of(choices).name : this.instance().service;
  }

  /** A call that nobody makes, from a busy operation to one of a service that its own service never asks. */
  missingCall(perSecond = 1): Omit<Pair, 'timeoutMs'> {
    const reach = new Map(this.topology.services.map(({ name }) => [name, this.#callees(name)]));
    const busy = this.#busy(perSecond);
    const pairs = busy.flatMap(({ name: caller, operations }) =>
      operations
        .filter((operation) => this.#operationRate(caller, operation.name) >= perSecond)
        .flatMap((operation) =>
          busy
            .filter(
              ({ name }) =>
                name !== caller && !reach.get(caller)?.includes(name) && !reaches(reach, name, caller),
            )
            .map((callee) => ({
              caller,
              operation: operation.name,
              callee: callee.name,
              calleeOperation: callee.operations[0].name,
            })),
        ),
    );
    return this.#chance.of(pairs);
  }

  /** A call that is made each time its caller is asked (not cached, chosen, or optional), often enough. */
  call(wanted: (step: CallStep) => boolean = () => true, perSecond = 1): Pair {
    const pairs = this.topology.services.flatMap((caller) =>
      caller.operations.flatMap(({ name, steps }) =>
        this.#operationRate(caller.name, name) < perSecond
          ? []
          : certainCalls(steps)
              .filter(wanted)
              .map((step) => ({ caller: caller.name, operation: name, step })),
      ),
    );
    const { caller, operation, step } = this.#chance.of(pairs);
    return {
      caller,
      operation,
      callee: step.service,
      calleeOperation: step.operation,
      timeoutMs: step.timeoutMs ?? 0,
    };
  }

  /** The database that ten services share. */
  get sharedDatabase(): string {
    return SHARED_DATABASE;
  }

  /** The service in ten pods, and one of the pods. */
  instance(): { service: string; instance: string } {
    const service = this.topology.services.reduce((most, one) =>
      one.instances > most.instances ? one : most,
    );
    return {
      service: service.name,
      instance: `${service.name}-${Math.floor(this.#chance.draws.uniform() * service.instances)}`,
    };
  }

  /** A host that carries pods of several services. */
  node(): string {
    return this.#chance.of(this.topology.nodes).name;
  }

  /** Two busy services of which neither reaches the other, and that no service but the gateway calls both. */
  strangers(perSecond = 1.5): readonly [string, string] {
    const busy = this.#busy(perSecond).map(({ name }) => name);
    const reach = new Map(this.topology.services.map(({ name }) => [name, this.#callees(name)]));
    const pairs = busy.flatMap((a) =>
      busy
        .filter(
          (b) => a < b && !reaches(reach, a, b) && !reaches(reach, b, a) && !this.#haveFriend(reach, a, b),
        )
        .map((b) => [a, b] as const),
    );
    if (pairs.length > 0) return this.#chance.of(pairs);
    throw new RangeError(`${this.topology.name}: no two unrelated services`);
  }

  /** The busiest and the rarest entry that follow the load, and one that does not. */
  entry(which: 'busiest' | 'rarest'): { service: string; operation: string } {
    const sorted = this.topology.entries.toSorted(
      (a, b) => this.#operationRate(b.service, b.operation) - this.#operationRate(a.service, a.operation),
    );
    const { service, operation } = which === 'busiest' ? sorted[0] : sorted[sorted.length - 1];
    return { service, operation };
  }

  #busy(perSecond: number): ServiceSpec[] {
    const [gateway, ...rest] = this.topology.services;
    const rate = ({ name, operations }: ServiceSpec): number =>
      operations.reduce((sum, operation) => sum + this.#operationRate(name, operation.name), 0);
    const busy = rest.filter((service) => service.name !== gateway.name && rate(service) >= perSecond);
    return busy.length > 0 ? busy : [rest.reduce((most, one) => (rate(one) > rate(most) ? one : most))];
  }

  #operationRate(service: string, operation: string): number {
    return this.#rates.operations.get(`${service} ${operation}`) ?? 0;
  }

  #callees(caller: string): string[] {
    return [...this.#rates.pairs.keys()]
      .filter((pair) => pair.startsWith(`${caller}>`))
      .map((pair) => pair.slice(caller.length + 1));
  }

  /** A caller (not the gateway) or a callee in common: then one may look like the other's echo. */
  #haveFriend(reach: ReadonlyMap<string, readonly string[]>, a: string, b: string): boolean {
    const services = new Set(reach.keys());
    const common = (reach.get(a) ?? []).some(
      (callee) => services.has(callee) && reach.get(b)?.includes(callee),
    );
    const [gateway] = this.topology.services;
    const caller = [...reach].some(
      ([name, callees]) => name !== gateway.name && callees.includes(a) && callees.includes(b),
    );
    return common || caller;
  }
}

export interface Pair {
  readonly caller: string;
  readonly operation: string;
  readonly callee: string;
  readonly calleeOperation: string;
  /** 0 without a time-out. */
  readonly timeoutMs: number;
}

function reaches(reach: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  return (reach.get(from) ?? []).some((next) => next === to || reaches(reach, next, to));
}

function allCalls(steps: readonly Step[]): CallStep[] {
  return steps.flatMap((step) => {
    switch (step.do) {
      case 'call':
        return [step];
      case 'parallel':
        return step.branches.flatMap(allCalls);
      case 'cached':
        return allCalls([step.hit, ...step.miss]);
      case 'sometimes':
      case 'repeat':
      case 'background':
        return allCalls(step.steps);
      default:
        return [];
    }
  });
}

function certainCalls(steps: readonly Step[]): CallStep[] {
  return steps.flatMap((step) => {
    if (step.do === 'call') return step.optional === true ? [] : [step];
    return step.do === 'parallel' ? step.branches.flatMap(certainCalls) : [];
  });
}
