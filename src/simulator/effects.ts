import { applyChange, type Changes, noChanges } from './changes.ts';
import type { Fault, FaultAction, FaultScope, Slowness } from './fault.ts';
import type { Plan, PlannedInstance } from './planned.ts';

export interface SlowEffect {
  readonly scope: FaultScope;
  readonly ratio: number;
  readonly addUs: number;
  readonly times: number;
}

export interface ErrorEffect {
  readonly scope: FaultScope;
  readonly ratio: number;
  readonly fast: boolean;
}

export interface PeerEffect {
  addUs: number;
  times: number;
  errorRatio: number;
}

/** What the faults of one second do, by service index: what a run looks up at each step. */
export interface Effects {
  readonly slow: readonly (readonly SlowEffect[] | undefined)[];
  readonly errors: readonly (readonly ErrorEffect[] | undefined)[];
  /** How starved of CPU a service is, 1 when not. */
  readonly cpu: Float64Array;
  readonly nodeCpu: Float64Array;
  /** One-way delays, microseconds, of messages to and from callers, and to and from what the service calls. */
  readonly requestUs: Float64Array;
  readonly responseUs: Float64Array;
  readonly outRequestUs: Float64Array;
  readonly outResponseUs: Float64Array;
  /** How much longer messages for the service lie in the queue, microseconds. */
  readonly queueUs: Float64Array;
  /** `caller>callee`: how often the call is made instead of once; 0 when it has vanished. */
  readonly calls: ReadonlyMap<string, number>;
  /** `service>peer`, `*>peer`. */
  readonly peers: ReadonlyMap<string, PeerEffect>;
  readonly traffic: number;
  /** By entry operation. */
  readonly entryTraffic: ReadonlyMap<string, number>;
  readonly changes: Changes;
}

interface MutableEffects extends Effects {
  slow: (SlowEffect[] | undefined)[];
  errors: (ErrorEffect[] | undefined)[];
  calls: Map<string, number>;
  peers: Map<string, PeerEffect>;
  traffic: number;
  entryTraffic: Map<string, number>;
}

/** The effects of the faults that are on at `second`. Throws an Error that names what the topology does not have. */
export function effectsAt(plan: Plan, faults: readonly Fault[], second: number): Effects {
  const count = plan.services.length;
  const effects: MutableEffects = {
    slow: new Array<SlowEffect[] | undefined>(count).fill(undefined),
    errors: new Array<ErrorEffect[] | undefined>(count).fill(undefined),
    cpu: new Float64Array(count).fill(1),
    nodeCpu: new Float64Array(plan.topology.nodes.length).fill(1),
    requestUs: new Float64Array(count),
    responseUs: new Float64Array(count),
    outRequestUs: new Float64Array(count),
    outResponseUs: new Float64Array(count),
    queueUs: new Float64Array(count),
    calls: new Map(),
    peers: new Map(),
    traffic: 1,
    entryTraffic: new Map(),
    changes: noChanges(plan),
  };
  for (const fault of faults)
    if (second >= fault.fromSecond && second < fault.toSecond)
      applyAction(effects, plan, { action: fault.action, minutes: (second - fault.fromSecond) / 60 });
  return effects;
}

function applyAction(
  effects: MutableEffects,
  plan: Plan,
  { action, minutes }: { action: FaultAction; minutes: number },
): void {
  switch (action.kind) {
    case 'slow': {
      const { scope, ratio, growthPerMinute } = action;
      const growth = (1 + growthPerMinute) ** minutes;
      const index = plan.serviceIndex(action.service);
      (effects.slow[index] ??= []).push({ scope, ratio, ...amount(action.slowness, growth) });
      return;
    }
    case 'errors': {
      const { scope, ratio, fast } = action;
      (effects.errors[plan.serviceIndex(action.service)] ??= []).push({ scope, ratio, fast });
      return;
    }
    case 'network':
      applyNetwork(effects, plan.serviceIndex(action.service), action);
      return;
    case 'backlog':
      effects.queueUs[plan.serviceIndex(action.service)] += action.addMsPerSecond * 1000 * 60 * minutes;
      return;
    case 'cpu':
      effects.cpu[plan.serviceIndex(action.service)] *= action.factor;
      return;
    case 'node-cpu':
      effects.nodeCpu[plan.nodeIndex(action.node)] *= action.factor;
      return;
    case 'vanish':
      effects.calls.set(knownPair(plan, action.caller, action.callee), 0);
      return;
    case 'repeat':
      effects.calls.set(knownPair(plan, action.caller, action.callee), action.times);
      return;
    case 'slow-peer': {
      const effect = peerEffect(effects, plan, action);
      const { addUs, times } = amount(action.slowness, 1);
      effect.addUs += addUs;
      effect.times *= times;
      return;
    }
    case 'peer-errors':
      peerEffect(effects, plan, action).errorRatio = action.ratio;
      return;
    case 'traffic':
      if (action.entry === undefined) effects.traffic *= action.factor;
      else effects.entryTraffic.set(action.entry, action.factor);
      return;
    default:
      applyChange(effects.changes, plan, action);
  }
}

function applyNetwork(
  effects: MutableEffects,
  index: number,
  { addMs, side }: { addMs: number; side: 'request' | 'response' | 'egress' | 'ingress' },
): void {
  const us = addMs * 1000;
  if (side === 'request' || side === 'ingress') effects.requestUs[index] += us;
  if (side === 'response' || side === 'egress') effects.responseUs[index] += us;
  if (side === 'egress') effects.outRequestUs[index] += us;
  if (side === 'ingress') effects.outResponseUs[index] += us;
}

function amount(slowness: Slowness, growth: number): { addUs: number; times: number } {
  if ('addMs' in slowness) return { addUs: slowness.addMs * 1000 * growth, times: 1 };
  return { addUs: 0, times: slowness.times * growth };
}

function peerEffect(
  effects: MutableEffects,
  plan: Plan,
  { service, peer }: { service: string; peer: string },
): PeerEffect {
  if (service !== '*') plan.serviceIndex(service);
  if (!plan.topology.peers.some((spec) => spec.name === peer)) throw new Error(`script: no peer '${peer}'`);
  const pair = `${service}>${peer}`;
  const known = effects.peers.get(pair);
  if (known !== undefined) return known;
  const fresh = { addUs: 0, times: 1, errorRatio: 0 };
  effects.peers.set(pair, fresh);
  return fresh;
}

function knownPair(plan: Plan, caller: string, callee: string): string {
  plan.serviceIndex(caller);
  if (!plan.topology.peers.some((peer) => peer.name === callee)) plan.serviceIndex(callee);
  return `${caller}>${callee}`;
}

/** Whether a fault of this scope touches this operation on this instance. */
export function inScope(scope: FaultScope, operation: string, instance: PlannedInstance): boolean {
  if (scope.operation !== undefined && scope.operation !== operation) return false;
  if (scope.instance !== undefined && scope.instance !== instance.name) return false;
  return scope.version === undefined || scope.version === instance.version;
}
