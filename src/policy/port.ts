import type { Incident } from '../domain/incident.ts';
import type { Matcher, Silence, SilenceState } from '../domain/silence.ts';

/** What matchers see of an incident. */
export type SilenceSubject = Pick<Incident, 'severity' | 'finalSuspects'>;

export interface NewSilence {
  readonly matchers: readonly Matcher[];
  /** Epoch ms; from now on when absent. */
  readonly startsAt?: number;
  readonly endsAt: number;
  /** As told by the caller: untrusted text. */
  readonly by: string;
  readonly comment: string;
}

export type SilenceOutcome =
  | { readonly kind: 'done'; readonly silence: Silence }
  /** Nothing was stored; `field` of `NewSilence`, `reason` in our words. */
  | { readonly kind: 'refused'; readonly field: string; readonly reason: string }
  | { readonly kind: 'missing' };

/**
 * Silences as people handle them (API, pages, commands). What resolved as `done` is stored and in force: an incident's
 * next message obeys it. An open incident that was silenced is told when its last silence ends.
 */
export interface SilenceBook {
  add(silence: NewSilence): Promise<SilenceOutcome>;
  /** Ends it now; `refused` when it has ended already. */
  expire(id: string, by: string): Promise<SilenceOutcome>;
  /** Newest first; with a state only those of it, now. */
  list(state?: SilenceState): Promise<readonly Silence[]>;
}
