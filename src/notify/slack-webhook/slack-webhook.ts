import type { Runtime } from '../../runtime/index.ts';
import { checkUrl, type HttpAnswer, outcomeByStatus, post } from '../http.ts';
import type { Channel, DeliveryOutcome, SlackWebhookConfig } from '../port.ts';
import { renderSlack } from './render.ts';

/** docs.slack.dev, "Rate limits": a message a second for each channel, bursts tolerated. */
const PACE = { perMinute: 60, burst: 1 };

/** What Slack says when another try would end the same (api.slack.com changelog, 2016-05-17). */
const FINAL_ERRORS = [
  'invalid_payload',
  'invalid_blocks',
  'invalid_token',
  'msg_blocks_too_long',
  'no_service',
  'no_service_id',
  'no_team',
  'no_text',
  'team_disabled',
  'user_not_found',
  'channel_not_found',
  'channel_is_archived',
  'action_prohibited',
  'posting_to_general_channel_denied',
  'too_many_attachments',
];

/** An incoming webhook: it can only post, so each event is a message of its own. Throws on a URL that cannot be used. */
export function createSlackWebhook(config: SlackWebhookConfig, runtime: Runtime): Channel {
  const url = checkUrl(config.name, config.url);
  return {
    name: config.name,
    pace: PACE,
    deliver: async (message, _receipt, signal) => {
      const body = JSON.stringify(renderSlack(message));
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      const answer = await post({ url, headers, body, signal }, config);
      if (answer.kind === 'failed') return { kind: 'retry', reason: answer.reason };
      return outcomeOf(answer, runtime);
    },
  };
}

function outcomeOf(answer: HttpAnswer, runtime: Runtime): DeliveryOutcome {
  const word = answer.text.trim();
  const final = FINAL_ERRORS.find((error) => error === word);
  const byStatus = outcomeByStatus(answer, runtime.clock);
  if (byStatus === undefined && word === 'ok') return { kind: 'sent' };
  if (final !== undefined) return { kind: 'permanent', reason: `Slack says ${final}` };
  return byStatus ?? { kind: 'retry', reason: `HTTP ${answer.status}, but the body is not "ok"` };
}
