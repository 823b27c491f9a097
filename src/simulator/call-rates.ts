import type { CallStep, OperationSpec, PublishStep, Step, Topology } from './topology.ts';

/** How often things happen when nothing breaks, a second. */
export interface CallRates {
  /** By `service operation`. */
  readonly operations: ReadonlyMap<string, number>;
  /** Of these, what comes through a queue. */
  readonly messages: ReadonlyMap<string, number>;
  /** By `caller>callee`: services and peers. */
  readonly pairs: ReadonlyMap<string, number>;
}

/** Expected rates of everything that a topology does at `tracesPerSecond`; failures and retries are left out. */
export function callRates(topology: Topology, tracesPerSecond: number): CallRates {
  const walk = new RateWalk(topology);
  const shares = topology.entries.reduce((sum, { share = 0 }) => sum + share, 0);
  for (const { service, operation, share = 0, perMinute = 0 } of topology.entries)
    walk.visit(service, operation, (shares === 0 ? 0 : (tracesPerSecond * share) / shares) + perMinute / 60);
  return walk;
}

class RateWalk implements CallRates {
  readonly operations = new Map<string, number>();
  readonly messages = new Map<string, number>();
  readonly pairs = new Map<string, number>();
  readonly #specs: ReadonlyMap<string, OperationSpec>;

  constructor(topology: Topology) {
    this.#specs = new Map(
      topology.services.flatMap(({ name, operations }) =>
        operations.map((operation) => [`${name} ${operation.name}`, operation] as const),
      ),
    );
  }

  visit(service: string, operation: string, rate: number): void {
    const key = `${service} ${operation}`;
    add(this.operations, key, rate);
    for (const step of this.#specs.get(key)?.steps ?? []) this.#step(service, step, rate);
  }

  #step(owner: string, step: Step, rate: number): void {
    const all = (steps: readonly Step[], times: number): void => {
      for (const one of steps) this.#step(owner, one, rate * times);
    };
    switch (step.do) {
      case 'work':
      case 'wait':
        return;
      case 'call':
      case 'publish':
        this.#pass(owner, step, rate);
        return;
      case 'query':
        add(this.pairs, `${owner}>${step.peer}`, rate);
        return;
      case 'cached':
        all([step.hit], 1);
        all(step.miss, 1 - step.hitRatio);
        return;
      case 'sometimes':
        all(step.steps, step.probability);
        return;
      case 'parallel':
        for (const branch of step.branches) all(branch, 1);
        return;
      case 'repeat':
        all(step.steps, (step.times[0] + step.times[1]) / 2);
        return;
      case 'background':
        all(step.steps, 1);
        return;
    }
  }

  #pass(owner: string, { do: how, service, operation }: CallStep | PublishStep, rate: number): void {
    if (how === 'publish') add(this.messages, `${service} ${operation}`, rate);
    add(this.pairs, `${owner}>${service}`, rate);
    this.visit(service, operation, rate);
  }
}

function add(to: Map<string, number>, key: string, amount: number): void {
  to.set(key, (to.get(key) ?? 0) + amount);
}
