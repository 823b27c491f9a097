import type { Locale } from './message.ts';

/** What people can press under a message, in the order in which they are shown. */
export const BUTTONS = ['acknowledge', 'not-an-anomaly', 'silence-hour'] as const;
export type Button = (typeof BUTTONS)[number];

/** For how long `silence-hour` holds messages back. */
export const BUTTON_SILENCE_MS = 3_600_000;

/** Somebody pressed a button, as the chat's vendor has vouched for. */
export interface ButtonPress {
  /** As the message carried it: it may name an incident that is gone. */
  readonly incidentId: string;
  readonly button: Button;
  /** Who pressed, as the vendor names people: untrusted text, at most 100 characters. */
  readonly by: string;
  /** The channel whose message it was. */
  readonly channel: string;
  /** Of that channel. */
  readonly locale: Locale;
}

export type PressOutcome =
  /** It is so and stored, now or by an earlier press. `untilMs`: when the silence ends. */
  | { readonly kind: 'done'; readonly untilMs?: number }
  /** Another press was first; nothing was done. */
  | { readonly kind: 'already'; readonly untilMs: number }
  | { readonly kind: 'missing' }
  /** It is over: there is nothing to acknowledge or to silence. */
  | { readonly kind: 'closed' }
  /** It makes no sense for this incident. */
  | { readonly kind: 'refused' }
  /** The store does not take it at the moment. */
  | { readonly kind: 'unwritten' };
