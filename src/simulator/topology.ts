import type { Distribution } from './distribution.ts';

/**
 * A system as data: services that run small programs, what they call, where they stand. Nothing here is about one
 * shop: three services or two hundred are the same types.
 */
export interface Topology {
  readonly name: string;
  readonly environment: string;
  readonly namespace: string;
  readonly nodes: readonly NodeSpec[];
  readonly services: readonly ServiceSpec[];
  readonly peers: readonly PeerSpec[];
  readonly entries: readonly EntrySpec[];
  readonly network: NetworkSpec;
  readonly load: LoadSpec;
}

/** A host and its clock. */
export interface NodeSpec {
  readonly name: string;
  /** Added to every timestamp that is taken on it, microseconds. */
  readonly skewUs: number;
  /** On top of it the clock runs `ppm` too fast until it is `mostUs` off, then back to `skewUs` at the same pace. */
  readonly drift?: { readonly ppm: number; readonly mostUs: number };
}

export interface ServiceSpec {
  readonly name: string;
  /** Pods, named `<service>-0`, `-1`, ...; spread over the nodes in turn. */
  readonly instances: number;
  /** Which version each instance runs, in turn: `['1.4.0', '1.4.0', '1.5.0-canary']`. */
  readonly versions: readonly string[];
  readonly protocol: 'http' | 'grpc';
  /** Share of requests that fail by themselves, for no reason. */
  readonly errorRatio: number;
  readonly operations: readonly OperationSpec[];
}

export interface OperationSpec {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** One instruction of an operation's program. Steps of a list run one after the other. */
export type Step =
  | { readonly do: 'work'; readonly time: Distribution }
  /** Time that passes whatever the load and the CPU: a long poll, a sleep. */
  | { readonly do: 'wait'; readonly time: Distribution }
  | CallStep
  | { readonly do: 'query'; readonly peer: string; readonly statement: string; readonly time: Distribution }
  | PublishStep
  | { readonly do: 'cached'; readonly hitRatio: number; readonly hit: Step; readonly miss: readonly Step[] }
  | { readonly do: 'sometimes'; readonly probability: number; readonly steps: readonly Step[] }
  | { readonly do: 'parallel'; readonly branches: readonly (readonly Step[])[] }
  | { readonly do: 'repeat'; readonly times: readonly [number, number]; readonly steps: readonly Step[] }
  /** Goes on in the background under an internal span of its own: nobody waits for it. */
  | { readonly do: 'background'; readonly name: string; readonly steps: readonly Step[] };

/** A client span here and a server span there. An attempt that fails or times out is made again `retries` times. */
export interface CallStep {
  readonly do: 'call';
  readonly service: string;
  readonly operation: string;
  readonly timeoutMs?: number;
  readonly retries?: number;
  /** The caller goes on without the answer when it does not come. */
  readonly optional?: boolean;
}

/** A producer span here; a consumer span of `operation` there, `delay` later, that nobody waits for. */
export interface PublishStep {
  readonly do: 'publish';
  /** A peer of kind `queue`. */
  readonly queue: string;
  readonly service: string;
  readonly operation: string;
  readonly delay: Distribution;
}

/** What emits no spans of its own. */
export interface PeerSpec {
  readonly name: string;
  readonly kind: 'database' | 'cache' | 'queue' | 'third-party';
  /** `db.system.name` or `messaging.system`; unused for third parties. */
  readonly system: string;
}

/** Where traces begin: a share of the traffic, or a rate of its own that does not follow the load. */
export interface EntrySpec {
  readonly service: string;
  readonly operation: string;
  readonly share?: number;
  readonly perMinute?: number;
  /**
   * A batch job: `perSecond` for `forSeconds`, from `atSecond` of every stretch of `everySeconds` on, both by UTC. Takes the
   * place of `perMinute`.
   */
  readonly schedule?: {
    readonly everySeconds: number;
    readonly atSecond: number;
    readonly forSeconds: number;
    readonly perSecond: number;
  };
}

export interface NetworkSpec {
  /** One way between two nodes, and within one. */
  readonly betweenNodes: Distribution;
  readonly withinNode: Distribution;
}

/**
 * Autocorrelation: the log of the arrival rate and the log of every service's speed are AR(1) processes a second.
 * `rhythm` multiplies the rate by the time of day (24 numbers for the full hours, UTC, straight lines between them),
 * `weekRhythm` by the day of the week (7 numbers, Sunday first), when present.
 */
export interface LoadSpec {
  readonly rateSigma: number;
  readonly ratePersistence: number;
  readonly speedSigma: number;
  readonly speedPersistence: number;
  /** Exponent by which the load slows the services' own work. */
  readonly coupling: number;
  readonly rhythm?: readonly number[];
  readonly weekRhythm?: readonly number[];
}
