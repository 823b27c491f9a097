import type { FeedbackVerdict } from './feedback-verdict.ts';
import type { Incident } from './incident.ts';

/** What a person asks of an incident, before the process has put its time on it. */
export type CommandRequest = {
  readonly incidentId: string;
  /** Who asks, as told by the caller: untrusted text, at most 100 characters. */
  readonly by: string;
  /**
   * The revision that the person looked at; when the incident has changed since, the command is a conflict. New figures
   * alone (`updated`, every ten seconds while it fires) are no such change.
   */
  readonly ifRevision?: number;
} & (
  | { readonly type: 'acknowledge' }
  | { readonly type: 'resolve' }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'feedback'; readonly verdict: FeedbackVerdict }
);

/**
 * An input of the process like a span is: applied in order, and repeatable. `at` is epoch ms by the clock that rules
 * incidents (event time under `--clock event`).
 */
export type IncidentCommand = CommandRequest & { readonly at: number };

export type CommandOutcome =
  | { readonly kind: 'done'; readonly incident: Incident }
  | { readonly kind: 'missing' }
  /** Somebody was first. `revision` is the current one. */
  | { readonly kind: 'conflict'; readonly revision: number }
  /** Makes no sense in this state; `reason` is in our words. */
  | { readonly kind: 'refused'; readonly reason: string };
