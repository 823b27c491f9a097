import type { Locale, Message } from '../domain/message.ts';
import { CATALOGUES } from './compose.ts';

/** The strictest channel shows six facts. */
const MAX_LISTED = 6;

/**
 * One message for many that waited on a channel: the titles of the gravest, and how many more there are. `messages` are
 * the last of each incident, worst severity first; `count` is how many messages there were. Pure.
 */
export function composeDigest(
  { messages, count, nowMs }: { messages: readonly Message[]; count: number; nowMs: number },
  locale: Locale,
): Omit<Message, 'id' | 'incidentId' | 'sequence' | 'event'> {
  const { digest } = CATALOGUES[locale];
  const listed = messages.slice(0, MAX_LISTED);
  return {
    severity: messages.at(0)?.severity ?? 'P3',
    locale,
    createdAt: nowMs,
    title: digest.title(count, messages.length),
    summary: digest.summary(messages.length - listed.length),
    facts: listed.map(({ severity, title }) => ({ label: severity, value: title })),
    suspects: [],
    evidence: [],
    traces: [],
    logs: [],
    nextSteps: [],
    links: listed.length === 1 ? listed[0].links : [],
  };
}
