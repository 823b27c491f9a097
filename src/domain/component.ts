import type { ServiceIdentity } from './service-identity.ts';

/**
 * What can be slow, fail or go missing (docs/detection.md, "Components").
 *
 * latency kinds, microseconds: `self`, `dependency`, `request`, `response`, `total`, `queue` (from when a message was sent until it is taken)
 * ratio kinds, 0..1: `error`, `outlier` (traces that the forest finds odd), `shape` (traces of a new shape)
 * count kinds: `calls` (children a parent), `traffic` (arrivals a second)
 */
export const COMPONENT_KINDS = [
  'self',
  'dependency',
  'request',
  'response',
  'total',
  'error',
  'outlier',
  'shape',
  'calls',
  'traffic',
  'queue',
] as const;

export type ComponentKind = (typeof COMPONENT_KINDS)[number];

export type ComponentUnit = 'us' | 'ratio' | 'count';

export interface Component {
  readonly kind: ComponentKind;
  /** The service that owns the time or the failure; the caller for `request`, `response` and `calls`, the sender for `queue`. */
  readonly service: ServiceIdentity;
  /** The operation of `service`; absent for `dependency`, `request`, `response` and `queue`. */
  readonly operation?: string;
  /** The called service of `request`, `response` and `calls`; who takes the messages of `queue`. */
  readonly callee?: ServiceIdentity;
  readonly calleeOperation?: string;
  /** What emits no spans: a database, a queue, a third party (`dependency`). */
  readonly peer?: string;
  /** Slots: one instance or version, or those on one host, of `service` (of `callee` for `request`), beside its siblings. */
  readonly instance?: string;
  readonly version?: string;
  readonly node?: string;
}

export function unitOf(kind: ComponentKind): ComponentUnit {
  switch (kind) {
    case 'self':
    case 'dependency':
    case 'request':
    case 'response':
    case 'total':
    case 'queue':
      return 'us';
    case 'error':
    case 'outlier':
    case 'shape':
      return 'ratio';
    case 'calls':
    case 'traffic':
      return 'count';
  }
}
