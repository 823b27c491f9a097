import { createHmac } from 'node:crypto';
import { request } from 'undici';
import { asArray, asObject, asText, type JsonObject } from '../../src/simulator/vendors/json-fields.ts';
import type { SlackMessage } from '../../src/simulator/vendors/slack-api.ts';

export interface SlackPress {
  /** The Request URL of the app's interactivity. */
  readonly requestUrl: string;
  readonly signingSecret: string;
  readonly appId: string;
  readonly nowMs: number;
  readonly user: { readonly id: string; readonly username: string };
  readonly responseUrl: string;
}

export interface Signed {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The button of a message as Slack shows it; rejects when the message has no such button. */
export function slackButton(message: SlackMessage, label: string): JsonObject {
  const actions = asArray(message.payload['blocks'])
    .map((block) => asObject(block) ?? {})
    .filter((block) => block['type'] === 'actions')
    .flatMap((block) => asArray(block['elements']).map((element) => asObject(element) ?? {}));
  const found = actions.find((element) => asText(asObject(element['text'])?.['text']) === label);
  if (found === undefined) throw new Error(`there is no button ${label}`);
  return found;
}

/**
 * What Slack sends when somebody presses a button (docs.slack.dev, "block_actions payload"; "Verifying requests from
 * Slack"): a form with `payload`, signed over its bytes. `over` replaces fields of the payload.
 */
export function slackPress(
  message: SlackMessage,
  button: JsonObject,
  press: SlackPress,
  over: JsonObject = {},
): Signed {
  const seconds = String(Math.floor(press.nowMs / 1000));
  const payload = {
    type: 'block_actions',
    user: { ...press.user, name: press.user.username, team_id: 'T01' },
    api_app_id: press.appId,
    token: 'deprecated',
    container: { type: 'message', message_ts: message.ts, channel_id: message.channel, is_ephemeral: false },
    trigger_id: `${seconds}.1.abc`,
    team: { id: 'T01', domain: 'example' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: message.channel, name: 'alerts' },
    message: { type: 'message', bot_id: 'B01', ts: message.ts, ...message.payload },
    state: { values: {} },
    response_url: press.responseUrl,
    actions: [{ ...button, block_id: 'b1', action_ts: `${seconds}.000001` }],
    ...over,
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  return { headers: slackHeaders(body, press.signingSecret, seconds), body };
}

export function slackHeaders(body: string, secret: string, seconds: string): Record<string, string> {
  const hmac = createHmac('sha256', secret).update(`v0:${seconds}:${body}`).digest('hex');
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    'x-slack-request-timestamp': seconds,
    'x-slack-signature': `v0=${hmac}`,
  };
}

export async function send(
  url: string,
  { headers, body }: Signed,
): Promise<{ status: number; text: string }> {
  const answer = await request(url, { method: 'POST', headers, body });
  return { status: answer.statusCode, text: await answer.body.text() };
}
