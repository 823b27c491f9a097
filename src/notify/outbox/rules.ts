import type { Random } from '../../runtime/index.ts';
import type { Delivery } from '../../store/port.ts';

export interface OutboxLimits {
  /** Older than this, a piece of progress (updated, acknowledged, noted, context) helps nobody. */
  readonly progressMaxAgeMs: number;
  /** Older than this, even an opening or an end is history. */
  readonly newsMaxAgeMs: number;
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  /** More than these waiting on a channel for people are summed up in one message, but for openings at P0 and P1. */
  readonly maxWaiting: number;
  /** How long `shutdown` may take, by the clock. */
  readonly drainMs: number;
}

/**
 * An hour and a day by what on-call can still act on. One second to five minutes of back-off: the first retries ride
 * out a hiccup, the cap keeps a receiver's recovery from being noticed late. Twenty messages in a row are the most that
 * a person scrolls through, and what the slowest vendors take in a minute. `docker stop` leaves ten seconds between
 * SIGTERM and SIGKILL: seven of them for a chat that does not answer, the rest for the flush before and the store after.
 */
export const DEFAULT_OUTBOX_LIMITS: OutboxLimits = {
  progressMaxAgeMs: 3_600_000,
  newsMaxAgeMs: 86_400_000,
  backoffBaseMs: 1000,
  backoffMaxMs: 300_000,
  maxWaiting: 20,
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
 * Of a lane, in order, what a later message of it makes needless, each holding the whole state; and by which. Without
 * editing that is each `updated` that was never handed to the channel. A channel that edits shows the newest state alone, so
 * there it is everything but openings at P0 and P1 (people must have been called) and notes.
 */
export function supersededIn(
  lane: readonly Delivery[],
  edits: boolean,
): { readonly ids: readonly string[]; readonly reason: string } | undefined {
  const last = lane.findLastIndex(({ message: { event } }) =>
    edits ? event !== 'noted' && event !== 'context' : !isAside(event),
  );
  const ids = lane
    .slice(0, Math.max(0, last))
    .filter((delivery) => (edits ? isCoalesced(delivery) : isStale(delivery)))
    .map(({ id }) => id);
  const by = lane.at(last)?.message;
  return ids.length === 0 || by === undefined
    ? undefined
    : { ids, reason: `superseded by ${by.event} ${by.sequence}` };
}

function isStale({ state, attempts, message: { event } }: Delivery): boolean {
  return state === 'pending' && attempts === 0 && event === 'updated';
}

function isCoalesced({ state, message: { event, severity } }: Delivery): boolean {
  if (state !== 'pending' || event === 'noted' || event === 'digest') return false;
  const opening = event === 'opened' || event === 'reopened';
  return !(opening && (severity === 'P0' || severity === 'P1'));
}

function isProgress({ message: { event } }: Delivery): boolean {
  return event === 'updated' || event === 'context' || event === 'acknowledged' || event === 'noted';
}

/** It says something beside the state of the incident. */
function isAside(event: Delivery['message']['event']): boolean {
  return event === 'noted' || event === 'acknowledged' || event === 'context';
}
