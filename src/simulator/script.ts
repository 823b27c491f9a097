import type { Fault, FaultAction, FaultScope, NetworkSide, Slowness } from './fault.ts';

/**
 * Faults in a small language; every word gives a new script:
 *
 *     at(60).slow('payment', { addMs: 300 }, 120).at(300).errors('inventory', 0.05, 60)
 *
 * Seconds count from the start of the simulation. The last argument of a fault is how long it lasts, seconds.
 */
export interface Script {
  readonly faults: readonly Fault[];
  /** What is said next begins at `second`. */
  at(second: number): Moment;
}

export interface Moment {
  slow(service: string, slowness: SlowOptions, forSeconds: number): Script;
  network(service: string, delay: { addMs: number; side?: NetworkSide }, forSeconds: number): Script;
  errors(service: string, ratio: number | ErrorOptions, forSeconds: number): Script;
  /** Messages for the service wait so much longer with each second. */
  backlog(service: string, addMsPerSecond: number, forSeconds: number): Script;
  /** `caller` no longer calls `callee`: a service, a peer or a queue. */
  vanish(caller: string, callee: string, forSeconds: number): Script;
  /** `caller` calls `callee` so many times instead of once. */
  repeat(caller: string, callee: string, times: number, forSeconds: number): Script;
  /** `service` may be `*`: every caller of the peer. */
  slowPeer(service: string, peer: string, how: Slowness & { forSeconds: number }): Script;
  peerErrors(service: string, peer: string, how: { ratio: number; forSeconds: number }): Script;
  /** The service is starved: its own work takes `factor` times as long, and it takes up and reads messages late. */
  cpu(service: string, factor: number, forSeconds: number): Script;
  /** The same for all pods on a node. */
  nodeCpu(node: string, factor: number, forSeconds: number): Script;
  /** `entry` is the name of an entry operation; all of them without it. */
  traffic(factor: number, forSeconds: number, entry?: string): Script;
  /** Any other fault or change, as data. */
  let(action: FaultAction, forSeconds: number): Script;
}

export type SlowOptions = Slowness & FaultScope & { ratio?: number; growthPerMinute?: number };
export type ErrorOptions = FaultScope & { ratio: number; fast?: boolean };

/** Nothing ever breaks. */
export const QUIET: Script = scriptOf([]);

/** Begins a script. */
export function at(second: number): Moment {
  return QUIET.at(second);
}

/** A script from plain faults: read from a file, or drawn by chance. */
export function scriptOf(faults: readonly Fault[]): Script {
  return { faults, at: (second) => momentOf(faults, second) };
}

function momentOf(before: readonly Fault[], fromSecond: number): Moment {
  const then = (action: FaultAction, forSeconds: number): Script =>
    scriptOf([...before, { fromSecond, toSecond: fromSecond + forSeconds, action }]);
  return {
    slow: (service, options, forSeconds) =>
      then(
        {
          kind: 'slow',
          service,
          slowness: slownessOf(options),
          scope: scopeOf(options),
          ratio: options.ratio ?? 1,
          growthPerMinute: options.growthPerMinute ?? 0,
        },
        forSeconds,
      ),
    network: (service, { addMs, side = 'egress' }, forSeconds) =>
      then({ kind: 'network', service, addMs, side }, forSeconds),
    errors: (service, how, forSeconds) => then(errorsOf(service, how), forSeconds),
    backlog: (service, addMsPerSecond, forSeconds) =>
      then({ kind: 'backlog', service, addMsPerSecond }, forSeconds),
    vanish: (caller, callee, forSeconds) => then({ kind: 'vanish', caller, callee }, forSeconds),
    repeat: (caller, callee, times, forSeconds) =>
      then({ kind: 'repeat', caller, callee, times }, forSeconds),
    slowPeer: (service, peer, { forSeconds, ...how }) =>
      then({ kind: 'slow-peer', service, peer, slowness: slownessOf(how) }, forSeconds),
    peerErrors: (service, peer, { ratio, forSeconds }) =>
      then({ kind: 'peer-errors', service, peer, ratio }, forSeconds),
    cpu: (service, factor, forSeconds) => then({ kind: 'cpu', service, factor }, forSeconds),
    nodeCpu: (node, factor, forSeconds) => then({ kind: 'node-cpu', node, factor }, forSeconds),
    traffic: (factor, forSeconds, entry) =>
      then({ kind: 'traffic', factor, ...(entry === undefined ? {} : { entry }) }, forSeconds),
    let: then,
  };
}

function errorsOf(service: string, how: number | ErrorOptions): FaultAction {
  const options = typeof how === 'number' ? { ratio: how } : how;
  return {
    kind: 'errors',
    service,
    ratio: options.ratio,
    scope: scopeOf(options),
    fast: options.fast ?? false,
  };
}

function slownessOf(options: Slowness): Slowness {
  return 'addMs' in options ? { addMs: options.addMs } : { times: options.times };
}

function scopeOf(options: FaultScope): FaultScope {
  return {
    ...(options.operation === undefined ? {} : { operation: options.operation }),
    ...(options.instance === undefined ? {} : { instance: options.instance }),
    ...(options.version === undefined ? {} : { version: options.version }),
  };
}
