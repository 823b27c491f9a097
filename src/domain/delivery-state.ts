/**
 * How far a message to a channel has come. `pending` waits for its time; `sending` was handed to the channel and nobody
 * knows yet. The others are final: `sent`, `skipped` (the channel tells nobody of it, and says why), `dead` (refused for good), `expired` (too old to matter), `superseded` (a
 * later message says it all, or a digest sums it up), `silenced` (a silence held it back), `dropped` (a person did not
 * want it sent).
 */
export const DELIVERY_STATES = [
  'pending',
  'sending',
  'sent',
  'skipped',
  'dead',
  'expired',
  'superseded',
  'silenced',
  'dropped',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
