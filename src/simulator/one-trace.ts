import type { SpanBatch } from '../domain/span-batch.ts';
import type { Topology } from './topology.ts';

/** Where the time was lost: see the components of the same names. `async`: work that nobody waits for. */
export type ExcessKind = 'self' | 'request' | 'response' | 'dependency' | 'async';

export interface OneTraceOptions {
  readonly seed: number;
  /** Epoch ms of the root's start. */
  readonly startMs: number;
  /** One or two causes; drawn from the seed when absent. */
  readonly causes?: readonly { readonly kind: ExcessKind; readonly addMs: number }[];
  readonly topology?: Topology;
}

export interface ExcessTruth {
  readonly kind: ExcessKind;
  readonly addUs: number;
  /** Key by the component grammar of what grew. */
  readonly component: string;
  /** Whose fault it is: the owner of the self time, the caller of a late request, the sender of a late response. */
  readonly service: string;
  readonly peer?: string;
}

export interface OneTrace {
  /** 32 hex digits. */
  readonly traceId: string;
  readonly spans: number;
  readonly truths: readonly ExcessTruth[];
}

/** Appends one trace with a known excess to `batch`. */
export function oneTrace(_options: OneTraceOptions, _batch: SpanBatch): OneTrace {
  throw new Error('not there yet');
}
