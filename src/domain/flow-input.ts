import type { Incident } from './incident.ts';
import type { IncidentCommand } from './incident-command.ts';
import type { LearnedChange } from './learned-change.ts';
import type { ServiceIdentity } from './service-identity.ts';
import type { SpanBatch } from './span-batch.ts';

export interface UnseenFor extends ServiceIdentity {
  readonly ms: number;
}

/**
 * All that changes what detection knows. `atMs` is the wall clock when it came in: part of the input, because applying it
 * again must not ask the clock. Borrowed for the call, as the batch in it is. What is not spans must be plain JSON: it is
 * kept as such in the journal.
 */
export type FlowInput = { readonly atMs: number } & (
  | {
      readonly kind: 'spans';
      readonly source: string;
      readonly batch: SpanBatch;
      /** Where the source goes on after these spans. */
      readonly cursor?: string;
    }
  /** Event time moves on without spans, to `us`. */
  | { readonly kind: 'time'; readonly us: number }
  /** `stored`: the incident as the store had it, when detection no longer holds it. */
  | { readonly kind: 'command'; readonly command: IncidentCommand; readonly stored?: Incident }
  /** Incidents of an earlier process that the state does not know, or not as far as people were told. */
  | { readonly kind: 'adopt'; readonly incidents: readonly Incident[] }
  /**
   * Nobody listened while event time went from `fromUs` to `toUs`; spans were lost up to `lostToUs`. Event time moves on to
   * `toUs`.
   */
  | { readonly kind: 'gap'; readonly fromUs: number; readonly toUs: number; readonly lostToUs: number }
  /** Baselines, forests or effect floors change, not by spans. */
  | { readonly kind: 'learned'; readonly change: LearnedChange }
  /** Services that could not be seen for so long: what they are suspected of is not calm for it. */
  | { readonly kind: 'unseen'; readonly services: readonly UnseenFor[] }
  /** The input has ended: what is open is closed, measured and judged. */
  | { readonly kind: 'end' }
);
