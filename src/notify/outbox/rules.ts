import type { Random } from '../../runtime/index.ts';
import type { Delivery } from '../../store/port.ts';

export interface OutboxLimits {
  /** Older than this, a piece of progress (updated, acknowledged, noted) helps nobody. */
  readonly progressMaxAgeMs: number;
  /** Older than this, even an opening or an end is history. */
  readonly newsMaxAgeMs: number;
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  /** How long `shutdown` may take, by the clock. */
  readonly drainMs: number;
}

/**
 * An hour and a day by what on-call can still act on. One second to five minutes of back-off: the first retries ride
 * out a hiccup, the cap keeps a receiver's recovery from being noticed late. `docker stop` leaves ten seconds between
 * SIGTERM and SIGKILL: seven of them for a chat that does not answer, the rest for the flush before and the store after.
 */
export const DEFAULT_OUTBOX_LIMITS: OutboxLimits = {
  progressMaxAgeMs: 3_600_000,
  newsMaxAgeMs: 86_400_000,
  backoffBaseMs: 1000,
  backoffMaxMs: 300_000,
  drainMs: 7_000,
};

/**
 * Exponential back-off with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): uniform between 0
 * and the doubled base, so that lanes that failed together do not come back together. `attempts` counts from 1.
 */
export function backoffMs(attempts: number, limits: OutboxLimits, random: Random): number {
  const ceiling = Math.min(limits.backoffMaxMs, limits.backoffBaseMs * 2 ** Math.min(attempts - 1, 30));
  return Math.ceil(random() * ceiling);
}

/** The reason why a delivery is too old to matter; undefined while it matters. Age counts from when it was written. */
export function expiryOf(delivery: Delivery, nowMs: number, limits: OutboxLimits): string | undefined {
  const ageMs = nowMs - delivery.enqueuedAt;
  const maxAgeMs = isProgress(delivery) ? limits.progressMaxAgeMs : limits.newsMaxAgeMs;
  if (ageMs <= maxAgeMs) return undefined;
  const last = delivery.reason === undefined ? '' : `; last: ${delivery.reason}`;
  return `${delivery.message.event} is ${Math.round(ageMs / 60_000)} min old${last}`;
}

/**
 * The reason why a later message of the lane makes an `updated` needless: each such message holds the whole state.
 * `lane` starts with `delivery`. Only what was never handed to the channel is dropped.
 */
export function supersededBy(delivery: Delivery, lane: readonly Delivery[]): string | undefined {
  if (delivery.message.event !== 'updated') return undefined;
  const later = lane.find((other) => other.id !== delivery.id && holdsWholeState(other));
  return later && `superseded by ${later.message.event} ${later.message.sequence}`;
}

function isProgress({ message: { event } }: Delivery): boolean {
  return event === 'updated' || event === 'acknowledged' || event === 'noted';
}

function holdsWholeState({ message: { event } }: Delivery): boolean {
  return event !== 'acknowledged' && event !== 'noted';
}
