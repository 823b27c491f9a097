import type { Message } from '../../domain/message.ts';
import { renderSlack, type SlackPayload } from '../slack-webhook/render.ts';

/** An incident's news as a line of its timeline: title and summary; the message above the thread holds the rest. */
export function renderTimelineEntry(message: Message): SlackPayload {
  const { blocks, ...rest } = renderSlack({
    ...message,
    facts: [],
    suspects: [],
    evidence: [],
    traces: [],
    logs: [],
    nextSteps: [],
    links: [],
  });
  return { ...rest, blocks };
}
