import type { Incident } from '../domain/incident.ts';
import type { Message } from '../domain/message.ts';
import { type OwnerRule, ownerOf, type PolicyChannel } from '../policy/index.ts';

/**
 * A message with whose service it is about, the runbook of that service and, for channels that make tickets, what the
 * ticket is about. Without an owner and such a channel it stays as it is.
 */
export function ownedMessage(
  message: Message,
  incident: Incident,
  { owners, channel }: { readonly owners: readonly OwnerRule[]; readonly channel: PolicyChannel | undefined },
): Message {
  const owned = ownerOf(incident.finalSuspects.at(0), owners);
  const { fingerprint } = incident;
  const zh = message.locale === 'zh';
  return {
    ...message,
    ...(owned !== undefined &&
      owned.owner !== '' && {
        facts: [...message.facts, { label: zh ? '负责团队' : 'Owner', value: owned.owner }],
      }),
    ...(owned?.runbook !== undefined && {
      links: [...message.links, { label: zh ? '处理手册' : 'Runbook', url: owned.runbook }],
    }),
    ...(channel?.ticketsAfter !== undefined && {
      ticket: { fingerprint, ...(owned?.assignee !== undefined && { assignee: owned.assignee }) },
    }),
  };
}
