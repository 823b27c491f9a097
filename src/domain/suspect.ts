export type SuspectKind = 'service' | 'dependency' | 'instance' | 'version' | 'host' | 'rule';

/** Who is to blame, by how much, and why. Texts come from spans: untrusted until a channel escapes them. */
export interface Suspect {
  readonly kind: SuspectKind;
  readonly environment: string;
  readonly namespace: string;
  readonly service: string;
  readonly operation?: string;
  readonly peer?: string;
  /** Of a peer that several services show: how many do, of those that call it. Then `service` is only the one that shows it best. */
  readonly callers?: SuspectCallers;
  readonly instance?: string;
  readonly version?: string;
  readonly node?: string;
  /** Who owns the service by its own word: an attribute of its resource. */
  readonly owner?: string;
  /** The component (grammar of component-grammar.ts) that speaks loudest for this suspect. */
  readonly component: string;
  /** The part of the excess that this suspect explains, 0..1; the shares of a list sum to 1 or less. */
  readonly share: number;
  /** How the cause looks: time of its own, its network, starved of CPU, behind with the messages that wait for it, failing, calls gone missing, too many, or never made before; `rule`: a static one says so. */
  readonly cause: SuspectCause;
  /** Components that speak for and against it, loudest first. */
  readonly because: readonly string[];
  readonly against: readonly string[];
  /** Components that show as usual what would be hot if a neighbour of the suspect were to blame; of the first suspect alone. */
  readonly cleared?: readonly string[];
}

export interface SuspectCallers {
  /** At least two. */
  readonly slow: number;
  readonly all: number;
}

export type SuspectCause =
  | 'code'
  | 'network'
  | 'cpu'
  | 'queue'
  | 'errors'
  | 'missing-calls'
  | 'more-calls'
  | 'new-calls'
  | 'dependency'
  | 'rule';
