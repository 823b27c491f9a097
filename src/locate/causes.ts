import type { SuspectCause } from '../domain/suspect.ts';

/** How a component touches a suspect. */
export type Role =
  | 'self'
  | 'errors'
  | 'peerErrors'
  | 'calls'
  | 'requestIn'
  | 'requestOut'
  | 'responseIn'
  | 'responseOut'
  | 'queueIn'
  | 'peer'
  | 'query';

/** What a change of calls is called, by its direction: all of them are the code's. */
export type CallsCause = 'missing-calls' | 'more-calls' | 'new-calls';

export interface Cause {
  readonly name: Exclude<SuspectCause, CallsCause>;
  /** Probability that a component in this role is hot when the suspect has this cause. */
  readonly hot: Partial<Readonly<Record<Role, number>>>;
  /** The one role that the cause may show in alone, which then says nothing of the others. */
  readonly alone?: Role;
}

/**
 * What each cause looks like from outside (docs/detection.md, "Localisation"). "In" is the side of the suspect as
 * callee, "out" as caller. The probabilities are coarse on purpose: what matters is which roles a cause touches and
 * which it leaves cold.
 *
 * network: packets of the suspect's host are slow on their way out: its answers to callers, its own requests,
 * its queries. Or on their way in: its callers' requests, and the answers that it gets itself. What stands before a service
 * (a proxy, a balancer, a queue of answers) delays what it is asked or what it answers, and none of what it asks itself.
 * Or all are slow both ways: a host, a sidecar or a link that delays whatever passes. Without it, one edge late on both
 * sides was as well explained by a starved caller.
 * cpu: everything it runs is slow to start and to finish: its own time, taking requests, reading answers.
 * queue: messages wait for it longer; that it is slow itself is the usual reason.
 * code: one operation of many changed: own time, failures, or calls that are no longer made, too many, or new.
 * dependency: whoever asks this peer waits; or what asks it fails, in more services than one.
 */
export const CAUSES: readonly Cause[] = [
  { name: 'network', hot: { responseIn: 0.8, requestOut: 0.6, query: 0.5 }, alone: 'responseIn' },
  { name: 'network', hot: { requestIn: 0.8, responseOut: 0.3 }, alone: 'requestIn' },
  {
    name: 'network',
    hot: { requestIn: 0.8, responseIn: 0.8, requestOut: 0.5, responseOut: 0.5, query: 0.4 },
  },
  {
    name: 'cpu',
    hot: { self: 0.6, requestIn: 0.6, responseOut: 0.5, requestOut: 0.35, responseIn: 0.3, query: 0.4 },
  },
  { name: 'queue', hot: { queueIn: 0.8, self: 0.3 } },
  { name: 'code', hot: { self: 0.3, calls: 0.2, errors: 0.3 } },
  { name: 'errors', hot: { errors: 0.5, self: 0.1, calls: 0.1 } },
  { name: 'dependency', hot: { peer: 0.8 } },
  { name: 'errors', hot: { peerErrors: 0.5 } },
];
/** Index of the cause that is a peer's alone though it is called as a service's. */
export const PEER_FAILS = CAUSES.length - 1;
