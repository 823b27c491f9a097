import type { FaultAction } from './fault.ts';
import type { Plan, PlannedCall, PlannedInstance, PlannedOperation, PlannedStep } from './planned.ts';

/** What is different in one second without anything being slow or failing. */
export interface Changes {
  /** Pods that serve instead of the usual ones, by service index. */
  readonly instances: (readonly PlannedInstance[] | undefined)[];
  /** Operations under another name: numbers of names. */
  readonly renamed: Map<number, number>;
  /** Share of requests, by service index, whose operation has a name of its own. */
  readonly unbounded: (number | undefined)[];
  /** Calls that are made at the end of an operation, by the caller's service index. */
  readonly newCalls: (NewCall[] | undefined)[];
  /** How far a host's clock has jumped, microseconds. */
  readonly clockUs: Float64Array;
  readonly sampling?: Sampling;
  /** Entries asked for so often a second, exactly. */
  readonly requests: Map<string, number>;
}

export interface NewCall {
  readonly operation?: string;
  readonly call: PlannedCall;
}

/** Head sampling: a share of the traces is kept; its spans say so (`ot=th:`) when it is declared. */
export interface Sampling {
  readonly ratio: number;
  readonly declared: boolean;
}

export type ChangeAction = Extract<
  FaultAction,
  { kind: 'deploy' | 'new-call' | 'sampling' | 'clock' | 'lose' | 'explode-names' | 'requests' }
>;

type MutableChanges = { -readonly [K in keyof Changes]: Changes[K] };

export function noChanges(plan: Plan): Changes {
  return {
    instances: [],
    renamed: new Map(),
    unbounded: [],
    newCalls: [],
    clockUs: new Float64Array(plan.topology.nodes.length),
    requests: new Map(),
  };
}

/** Throws an Error that names what the topology does not have, or a new call that would go in a circle. */
export function applyChange(changes: Changes, plan: Plan, action: ChangeAction): void {
  switch (action.kind) {
    case 'deploy':
      applyDeploy(changes, plan, action);
      return;
    case 'new-call':
      applyNewCall(changes, plan, action);
      return;
    case 'sampling':
      (changes as MutableChanges).sampling = { ratio: action.ratio, declared: action.declared };
      return;
    case 'clock':
      changes.clockUs[plan.nodeIndex(action.node)] += action.jumpMs * 1000;
      return;
    case 'explode-names':
      changes.unbounded[plan.serviceIndex(action.service)] = action.ratio;
      return;
    case 'requests':
      if (!plan.entries.some(({ operation }) => operation.name === action.entry))
        throw new Error(`script: no entry '${action.entry}'`);
      changes.requests.set(action.entry, action.perSecond);
      return;
    case 'lose':
      return;
  }
}

/** The first pods give way to new ones, of another name and version; the operations may be called otherwise. */
function applyDeploy(changes: Changes, plan: Plan, action: ChangeAction & { kind: 'deploy' }): void {
  const service = plan.services[plan.serviceIndex(action.service)];
  const { names } = plan;
  const replaced = Math.ceil(action.share * service.instances.length);
  changes.instances[service.index] = service.instances.map((pod, i) => {
    if (i >= replaced) return pod;
    const name = `${service.name}-${action.version}-${i}`;
    return {
      ...pod,
      name,
      id: names.slot('instance', service.id, name),
      version: action.version,
      versionId: names.slot('version', service.id, action.version),
    };
  });
  if (!action.rename) return;
  for (const { id, name } of plan.operationsOf(service))
    changes.renamed.set(id, names.operation(service.id, `${name} ${RENAMED}`));
}

const RENAMED = 'next';

function applyNewCall(changes: Changes, plan: Plan, action: ChangeAction & { kind: 'new-call' }): void {
  const { caller, callee, calleeOperation, operation } = action;
  const index = plan.serviceIndex(caller);
  const call = plan.call(plan.services[index], { do: 'call', service: callee, operation: calleeOperation });
  if (asks(call.target, index))
    throw new Error(`script: ${caller} and ${callee} would call each other in a circle`);
  (changes.newCalls[index] ??= []).push({ call, ...(operation === undefined ? {} : { operation }) });
}

/** Whether the operation's program ever comes to the service of this index. */
function asks(operation: PlannedOperation, service: number): boolean {
  const any = (steps: readonly PlannedStep[]): boolean =>
    steps.some((step) => {
      if (step.do === 'call' || step.do === 'publish') return asks(step.target, service);
      if (step.do === 'parallel') return step.branches.some(any);
      if (step.do === 'cached') return any(step.hit) || any(step.miss);
      return 'steps' in step && any(step.steps);
    });
  return operation.service.index === service || any(operation.steps);
}
