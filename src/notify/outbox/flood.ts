import type { Message } from '../../domain/message.ts';
import type { Delivery, NewDelivery } from '../../store/port.ts';

/** What a digest is made of: each incident's last message, worst severity first, and how many messages it stands for. */
export interface DigestSubject {
  readonly channel: string;
  readonly messages: readonly Message[];
  readonly count: number;
  readonly nowMs: number;
}

export type ComposeDigest = (
  subject: DigestSubject,
) => Omit<Message, 'id' | 'incidentId' | 'sequence' | 'event'>;

/** The lane of digests. No incident has this id: ids of incidents begin with a time. */
export const DIGEST_LANE = 'digest';

/**
 * Of what waits on a channel, oldest first, what a digest may stand for: everything but openings and escalations at P0
 * and P1, the other messages of an incident that has one of those waiting, and digests. Pure.
 */
export function digestible(waiting: readonly Delivery[]): readonly Delivery[] {
  const kept = new Set(waiting.filter(isUrgent).map(({ incidentId }) => incidentId));
  return waiting.filter(({ incidentId }) => !kept.has(incidentId) && incidentId !== DIGEST_LANE);
}

/** The digest in the place of `deliveries`. Its id is made from theirs, none of which is in two digests. */
export function digestOf(
  deliveries: readonly Delivery[],
  channel: string,
  nowMs: number,
  compose: ComposeDigest,
): NewDelivery {
  const last = new Map(deliveries.map(({ incidentId, message }) => [incidentId, message]));
  const messages = [...last.values()].toSorted((a, b) => a.severity.localeCompare(b.severity));
  const newest = deliveries.at(-1)?.message.id ?? '';
  return {
    channel,
    message: {
      ...compose({ channel, messages, count: deliveries.length, nowMs }),
      id: `digest-${deliveries.length}-${newest}`,
      incidentId: DIGEST_LANE,
      sequence: 1,
      event: 'digest',
    },
  };
}

function isUrgent({ message: { event, severity } }: Delivery): boolean {
  const begins = event === 'opened' || event === 'reopened' || event === 'escalated';
  return begins && (severity === 'P0' || severity === 'P1');
}
