import type { SuspectCause, SuspectKind } from '../domain/suspect.ts';

/** More time: added once an operation (or query), or its own work multiplied. */
export type Slowness = { readonly addMs: number } | { readonly times: number };

/** Narrows a fault to a part of its service. */
export interface FaultScope {
  readonly operation?: string;
  readonly instance?: string;
  readonly version?: string;
}

/**
 * Which messages of the service are late: `request` those that its callers send it, `response` its answers,
 * `egress` all that it sends (answers, and requests to what it calls), `ingress` all that it gets.
 */
export type NetworkSide = 'request' | 'response' | 'egress' | 'ingress';

/** What breaks. Plain data, so that a script can be written to a file. */
export type FaultAction =
  | {
      readonly kind: 'slow';
      readonly service: string;
      readonly slowness: Slowness;
      readonly scope: FaultScope;
      /** Share of requests that are slow; 1 unless only the tail is. */
      readonly ratio: number;
      /** The slowness grows by this share of itself a minute: a leak. */
      readonly growthPerMinute: number;
    }
  | { readonly kind: 'network'; readonly service: string; readonly addMs: number; readonly side: NetworkSide }
  | {
      readonly kind: 'errors';
      readonly service: string;
      readonly ratio: number;
      readonly scope: FaultScope;
      /** Fails at once instead of after its work. */
      readonly fast: boolean;
    }
  | { readonly kind: 'vanish'; readonly caller: string; readonly callee: string }
  | { readonly kind: 'repeat'; readonly caller: string; readonly callee: string; readonly times: number }
  /** `service` is `*` when every caller of the peer suffers. */
  | {
      readonly kind: 'slow-peer';
      readonly service: string;
      readonly peer: string;
      readonly slowness: Slowness;
    }
  | { readonly kind: 'peer-errors'; readonly service: string; readonly peer: string; readonly ratio: number }
  /** A backlog grows: with each second the messages for the service wait so much longer before it takes them. */
  | { readonly kind: 'backlog'; readonly service: string; readonly addMsPerSecond: number }
  | { readonly kind: 'cpu'; readonly service: string; readonly factor: number }
  | { readonly kind: 'node-cpu'; readonly node: string; readonly factor: number }
  | { readonly kind: 'traffic'; readonly factor: number; readonly entry?: string }
  /** The caller makes one call more at the end of an operation (all of its operations when absent). */
  | {
      readonly kind: 'new-call';
      readonly caller: string;
      readonly operation?: string;
      readonly callee: string;
      readonly calleeOperation: string;
    }
  /** A share of the pods is replaced by pods of another version; `rename` gives their service's operations new names. */
  | {
      readonly kind: 'deploy';
      readonly service: string;
      readonly version: string;
      readonly share: number;
      readonly rename: boolean;
    }
  /** Head sampling of whole traces, said in the spans or not. */
  | { readonly kind: 'sampling'; readonly ratio: number; readonly declared: boolean }
  /** A host's clock is off by so much more. */
  | { readonly kind: 'clock'; readonly node: string; readonly jumpMs: number }
  /** A share of the spans never arrives. */
  | { readonly kind: 'lose'; readonly ratio: number }
  /** A share of the service's requests has an operation name of its own each. */
  | { readonly kind: 'explode-names'; readonly service: string; readonly ratio: number }
  /** An entry is asked for exactly so often a second, whatever the load. */
  | { readonly kind: 'requests'; readonly entry: string; readonly perSecond: number };

/** A fault in time: it touches the traces that start in [fromSecond, toSecond) after the start of the simulation. */
export interface Fault {
  readonly fromSecond: number;
  readonly toSecond: number;
  readonly action: FaultAction;
}

/** What an ideal detector says about a fault; `undefined` truth means that nobody should be woken. */
export interface FaultTruth {
  readonly kind: Exclude<SuspectKind, 'rule'>;
  /** `*` when a peer's every caller suffers. */
  readonly service: string;
  readonly operation?: string;
  readonly peer?: string;
  readonly instance?: string;
  readonly version?: string;
  readonly node?: string;
  readonly cause: SuspectCause;
  /** Epoch ms, [fromMs, toMs). */
  readonly fromMs: number;
  readonly toMs: number;
}

/** The truth about `fault` in a simulation that began at `startMs`; traffic, deploys and what is lost on the way are nobody's fault. */
export function truthOf(fault: Fault, startMs: number): FaultTruth | undefined {
  const when = { fromMs: startMs + fault.fromSecond * 1000, toMs: startMs + fault.toSecond * 1000 };
  const { action } = fault;
  switch (action.kind) {
    case 'slow':
      return { ...scoped(action.service, action.scope), cause: 'code', ...when };
    case 'errors':
      return { ...scoped(action.service, action.scope), cause: 'errors', ...when };
    case 'network':
      return { kind: 'service', service: action.service, cause: 'network', ...when };
    case 'backlog':
      return { kind: 'service', service: action.service, cause: 'queue', ...when };
    case 'cpu':
      return { kind: 'service', service: action.service, cause: 'cpu', ...when };
    case 'node-cpu':
      return { kind: 'host', service: '*', node: action.node, cause: 'cpu', ...when };
    case 'vanish':
      return { kind: 'service', service: action.caller, cause: 'missing-calls', ...when };
    case 'repeat':
      return { kind: 'service', service: action.caller, cause: 'code', ...when };
    case 'slow-peer':
      return { kind: 'dependency', service: action.service, peer: action.peer, cause: 'dependency', ...when };
    case 'peer-errors':
      return { kind: 'dependency', service: action.service, peer: action.peer, cause: 'errors', ...when };
    case 'new-call':
      return { kind: 'service', service: action.caller, cause: 'code', ...when };
    case 'traffic':
    case 'deploy':
    case 'sampling':
    case 'clock':
    case 'lose':
    case 'explode-names':
    case 'requests':
      return undefined;
  }
}

function scoped(
  service: string,
  scope: FaultScope,
): FaultScope & { kind: Exclude<SuspectKind, 'rule'>; service: string } {
  if (scope.instance !== undefined) return { kind: 'instance', service, ...scope };
  if (scope.version !== undefined) return { kind: 'version', service, ...scope };
  return { kind: 'service', service, ...scope };
}
