export type { ChannelCheck } from './channel-check.ts';
export { checkChannel } from './check-channel.ts';
export { type Callbacks, createCallbacks } from './buttons/create-callbacks.ts';
export { createChannel } from './create-channel.ts';
export { createOutbox, type OutboxParts } from './outbox/outbox.ts';
export { DEFAULT_OUTBOX_LIMITS, type OutboxLimits } from './outbox/rules.ts';
export type { ComposeDigest, DigestSubject } from './outbox/flood.ts';
export type * from './port.ts';
export { DIGEST_LANE, digestOf } from './outbox/flood.ts';
