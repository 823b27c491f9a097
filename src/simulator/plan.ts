import type { Names } from '../domain/names.ts';
import type {
  Plan,
  PlannedCall,
  PlannedInstance,
  PlannedOperation,
  PlannedQuery,
  PlannedService,
  PlannedStep,
} from './planned.ts';
import type { CallStep, OperationSpec, ServiceSpec, Step, Topology } from './topology.ts';

/** Throws an Error that names the place when the topology speaks of what it does not have, or calls in a circle. */
export function planTopology(topology: Topology, names: Names): Plan {
  const planner = new Planner(topology, names);
  for (const spec of topology.services)
    for (const operation of spec.operations) planner.program(spec, operation);
  const entries = topology.entries.map((entry) => ({
    operation: planner.operation(entry.service, entry.operation),
    share: entry.share ?? 0,
    perMinute: entry.perMinute ?? 0,
    ...(entry.schedule === undefined ? {} : { schedule: entry.schedule }),
  }));
  for (const entry of entries) refuseCircles(entry.operation.steps, [entry.operation]);
  return {
    topology,
    names,
    services: planner.services,
    speeds: topology.services.length + topology.peers.length,
    entries,
    maxSkewUs: Math.max(
      0,
      ...topology.nodes.map((node) => Math.abs(node.skewUs) + (node.drift?.mostUs ?? 0)),
    ),
    serviceIndex: (name) => indexOf(topology.services, 'service', name),
    nodeIndex: (name) => indexOf(topology.nodes, 'node', name),
    call: (owner, step) => planner.call(owner, step),
    operationsOf: (service) => planner.operationsOf(service),
  };
}

class Planner {
  readonly services: PlannedService[];
  readonly #topology: Topology;
  readonly #names: Names;
  readonly #operations = new Map<string, PlannedOperation>();

  constructor(topology: Topology, names: Names) {
    this.#topology = topology;
    this.#names = names;
    let placed = 0;
    this.services = topology.services.map((spec, index) => {
      const planned = planService(topology, names, { spec, index, firstNode: placed });
      placed += spec.instances;
      for (const { name } of spec.operations)
        this.#operations.set(`${spec.name} ${name}`, {
          service: planned,
          id: names.operation(planned.id, name),
          name,
          steps: [],
        });
      return planned;
    });
  }

  operation(service: string, name: string): PlannedOperation {
    const found = this.#operations.get(`${service} ${name}`);
    if (found === undefined) throw new Error(`topology: no operation '${name}' of a service '${service}'`);
    return found;
  }

  program(spec: ServiceSpec, operation: OperationSpec): void {
    const planned = this.operation(spec.name, operation.name);
    planned.steps = this.#steps(planned.service, operation.steps);
  }

  operationsOf(service: PlannedService): PlannedOperation[] {
    return [...this.#operations.values()].filter((operation) => operation.service === service);
  }

  call(owner: PlannedService, step: CallStep): PlannedCall {
    return {
      do: 'call',
      target: this.operation(step.service, step.operation),
      operationId: this.#names.operation(owner.id, step.operation),
      peerId: this.#names.slot('peer', owner.id, step.service),
      pair: `${owner.name}>${step.service}`,
      timeoutUs: (step.timeoutMs ?? Number.POSITIVE_INFINITY) * 1000,
      attempts: 1 + (step.retries ?? 0),
      optional: step.optional ?? false,
    };
  }

  #steps(owner: PlannedService, steps: readonly Step[]): PlannedStep[] {
    return steps.map((step) => this.#step(owner, step));
  }

  #step(owner: PlannedService, step: Step): PlannedStep {
    switch (step.do) {
      case 'work':
      case 'wait':
        return step;
      case 'call':
        return this.call(owner, step);
      case 'query':
        return {
          do: 'query',
          ...this.#peer(owner, step.peer),
          operationId: this.#names.operation(owner.id, step.statement),
          time: step.time,
        };
      case 'publish':
        return {
          do: 'publish',
          target: this.operation(step.service, step.operation),
          operationId: this.#names.operation(owner.id, `${step.queue} publish`),
          peerId: this.#peer(owner, step.queue).peerId,
          pair: `${owner.name}>${step.service}`,
          queuePair: `${owner.name}>${step.queue}`,
          delay: step.delay,
        };
      case 'cached':
        return { ...step, hit: [this.#step(owner, step.hit)], miss: this.#steps(owner, step.miss) };
      case 'sometimes':
        return { ...step, steps: this.#steps(owner, step.steps) };
      case 'parallel':
        return { do: 'parallel', branches: step.branches.map((branch) => this.#steps(owner, branch)) };
      case 'repeat':
        return {
          do: 'repeat',
          least: step.times[0],
          most: step.times[1],
          steps: this.#steps(owner, step.steps),
        };
      case 'background':
        return {
          ...step,
          operationId: this.#names.operation(owner.id, step.name),
          steps: this.#steps(owner, step.steps),
        };
    }
  }

  #peer(owner: PlannedService, peer: string): Omit<PlannedQuery, 'do' | 'operationId' | 'time'> {
    const index = this.#topology.peers.findIndex((spec) => spec.name === peer);
    if (index < 0) throw new Error(`topology: no peer '${peer}' (service '${owner.name}')`);
    const peerId = this.#names.slot('peer', owner.id, peer);
    return {
      peer,
      peerId,
      speed: this.#topology.services.length + index,
      pair: `${owner.name}>${peer}`,
      anyPair: `*>${peer}`,
    };
  }
}

function indexOf(specs: readonly { readonly name: string }[], what: string, name: string): number {
  const index = specs.findIndex((spec) => spec.name === name);
  if (index < 0) throw new Error(`script: no ${what} '${name}'`);
  return index;
}

function planService(
  topology: Topology,
  names: Names,
  { spec, index, firstNode }: { spec: ServiceSpec; index: number; firstNode: number },
): PlannedService {
  const { environment, namespace } = topology;
  const id = names.service({ environment, namespace, name: spec.name });
  const instances = Array.from({ length: spec.instances }, (_, i): PlannedInstance => {
    const nodeIndex = (firstNode + i) % topology.nodes.length;
    const node = topology.nodes[nodeIndex];
    const name = `${spec.name}-${i}`;
    const version = spec.versions[i % spec.versions.length];
    return {
      id: names.slot('instance', id, name),
      name,
      versionId: names.slot('version', id, version),
      version,
      nodeId: names.slot('node', id, node.name),
      nodeIndex,
      node,
    };
  });
  const http = spec.protocol === 'http';
  return {
    index,
    id,
    name: spec.name,
    instances,
    errorRatio: spec.errorRatio,
    okStatus: http ? 2 : 0,
    failedStatus: http ? 5 : 6,
  };
}

function refuseCircles(steps: readonly PlannedStep[], path: readonly PlannedOperation[]): void {
  for (const step of steps) {
    if (step.do === 'call' || step.do === 'publish') {
      if (path.includes(step.target)) {
        const names = [...path, step.target].map((operation) => operation.name);
        throw new Error(`topology: calls in a circle: ${names.join(' -> ')}`);
      }
      refuseCircles(step.target.steps, [...path, step.target]);
    } else if (step.do === 'parallel') for (const branch of step.branches) refuseCircles(branch, path);
    else if (step.do === 'cached') refuseCircles([...step.hit, ...step.miss], path);
    else if ('steps' in step) refuseCircles(step.steps, path);
  }
}
