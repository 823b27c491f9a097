import type { Incident, IncidentEvent, IncidentNews } from '../domain/incident.ts';
import type { Locale, Message } from '../domain/message.ts';
import { feedbackNews } from '../messages/index.ts';
import type { Announcement } from './event-writer.ts';

export interface FeedbackNewsParts {
  /** The channels that know of the opening and that nothing holds back. */
  readonly told: readonly string[];
  readonly localeOf: (channel: string) => Locale;
  readonly compose: (incident: Incident, event: IncidentNews, channel: string) => Message;
}

/**
 * Somebody is on it: whoever was told hears what they said of it, as of an acknowledgement, while it is not over. Pure but for
 * `compose`.
 */
export function tellFeedback(
  incident: Incident,
  event: Extract<IncidentEvent, { readonly type: 'feedback' }>,
  { told, localeOf, compose }: FeedbackNewsParts,
): Pick<Announcement, 'deliveries' | 'decisions'> {
  if (incident.state === 'resolved') return { deliveries: [] };
  const reason = `feedback: it was told of the opening`;
  const messages = told.map((channel) => {
    const news = feedbackNews(event, localeOf(channel));
    const message = compose(incident, news, channel);
    return { channel, message: { ...message, summary: `${news.text} ${message.summary}` } };
  });
  const decisions = messages.map(({ channel, message }) => ({
    ...{ messageId: message.id, incidentId: incident.id, channel },
    ...{ event: event.type, outcome: 'told' as const, reason },
  }));
  return { deliveries: messages, decisions };
}
