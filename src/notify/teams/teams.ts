import type { Runtime } from '../../runtime/index.ts';
import { renderWithin } from '../bounded-message.ts';
import { checkUrl, outcomeByStatus, post } from '../http.ts';
import type { Channel, TeamsConfig } from '../port.ts';
import { renderTeamsCard } from './render.ts';

/** learn.microsoft.com, "Rate limiting" of bots and webhooks: more than four requests a second are throttled. */
const PACE = { perMinute: 60, burst: 2 };
/** learn.microsoft.com: messages are limited to 28 KB. */
const MAX_BODY_BYTES = 27_000;

/**
 * A Teams channel by a Workflows webhook ("When a Teams webhook request is received"): an Adaptive Card each. It answers
 * 202 before the card is posted, so that `sent` means that the workflow has taken it. Throws on a URL that cannot be used.
 */
export function createTeams(config: TeamsConfig, runtime: Runtime): Channel {
  const url = checkUrl(config.name, config.url);
  return {
    name: config.name,
    pace: PACE,
    deliver: async (message, _receipt, signal) => {
      const body = renderWithin(message, MAX_BODY_BYTES, (reduced) =>
        JSON.stringify(renderTeamsCard(reduced)),
      );
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      const answer = await post({ url, headers, body, signal }, config);
      if (answer.kind === 'failed') return { kind: 'retry', reason: answer.reason };
      return outcomeByStatus(answer, runtime.clock) ?? { kind: 'sent' };
    },
  };
}
