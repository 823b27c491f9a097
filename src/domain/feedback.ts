import type { EffectFloor } from './effect-floor.ts';

/** What "not an anomaly" about an incident amounted to. All times epoch ms. */
export interface Feedback {
  /** The incident's id: one a incident, a later verdict takes the place of the earlier. */
  readonly id: string;
  readonly by: string;
  readonly at: number;
  readonly expiresAt: number;
  readonly revokedAt?: number;
  readonly revokedBy?: string;
  /** Asked for in `whole`, or followed only so far as no past true incident is silenced. */
  readonly followed: 'whole' | 'part' | 'none';
  readonly floors: readonly EffectFloor[];
  /** Incidents that it would have silenced. */
  readonly limitedBy: readonly string[];
}

export const FEEDBACK_STATES = ['in-force', 'expired', 'revoked'] as const;
export type FeedbackState = (typeof FEEDBACK_STATES)[number];

/** By the clock of the process; what was taken back stays so when it would have expired. */
export function feedbackState({ expiresAt, revokedAt }: Feedback, nowMs: number): FeedbackState {
  if (revokedAt !== undefined) return 'revoked';
  return nowMs < expiresAt ? 'in-force' : 'expired';
}
