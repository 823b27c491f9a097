import type { Button } from '../../domain/button.ts';
import type { Locale } from '../../domain/message.ts';
import { printable } from '../../domain/printable.ts';
import { type JsonValue, parseJson, type Runtime } from '../../runtime/index.ts';
import { post } from '../http.ts';
import {
  type CallbackHandler,
  header,
  MAX_INCIDENT_ID,
  objectOf,
  type PressButton,
  textOf,
} from './callback.ts';
import { buttonNamed } from './render.ts';
import { Seen } from './seen.ts';
import { isSlackSigned, SLACK_WINDOW_MS } from './slack-signature.ts';
import { replyTo } from './words.ts';

export interface SlackCallbackConfig {
  readonly name: string;
  readonly locale: Locale;
  readonly signingSecret: string;
  /** Absent: whatever app has this signing secret, which is one. */
  readonly appId?: string;
  readonly apiUrl: string;
  readonly timeoutMs?: number;
}

interface Pressed {
  readonly incidentId: string;
  readonly button: Button;
  readonly by: string;
  readonly responseUrl: string;
}

/**
 * Slack's interactivity request (docs.slack.dev, "Handling user interaction", `block_actions`): verified, answered 200 at
 * once, as Slack asks; how it ended is told to whoever pressed by `response_url`, and the message itself changes by the
 * outbox, as with any news.
 */
export function slackCallback(
  config: SlackCallbackConfig,
  press: PressButton,
  runtime: Runtime,
): CallbackHandler {
  const seen = new Seen(2 * SLACK_WINDOW_MS);
  return ({ headers, body }) => {
    const nowMs = runtime.clock.now();
    const signature = header(headers, 'x-slack-signature');
    const timestamp = header(headers, 'x-slack-request-timestamp');
    if (!isSlackSigned({ timestamp, signature, body }, config.signingSecret, nowMs)) {
      return Promise.resolve({ status: 401, outcome: 'unverified' });
    }
    const payload = payloadIn(body);
    if (payload === undefined) return Promise.resolve({ status: 400, outcome: 'malformed' });
    if (config.appId !== undefined && payload['api_app_id'] !== config.appId) {
      return Promise.resolve({ status: 403, outcome: 'other-app' });
    }
    const pressed = pressedIn(payload);
    if (pressed === undefined) return Promise.resolve({ status: 200, outcome: 'ignored' });
    if (!seen.first(signature, nowMs)) return Promise.resolve({ status: 200, outcome: 'repeated' });
    void follow(pressed, { config, press, runtime });
    return Promise.resolve({ status: 200, outcome: 'pressed' });
  };
}

interface Way {
  readonly config: SlackCallbackConfig;
  readonly press: PressButton;
  readonly runtime: Runtime;
}

async function follow({ responseUrl, ...pressed }: Pressed, { config, press, runtime }: Way): Promise<void> {
  const { name: channel, locale } = config;
  const outcome = await press({ ...pressed, channel, locale });
  if (!isResponseUrl(responseUrl, config.apiUrl)) return;
  // Only whoever pressed sees it (docs.slack.dev, "Handling user interaction", message responses).
  const reply = {
    response_type: 'ephemeral',
    replace_original: false,
    text: replyTo(pressed.button, outcome, locale),
  };
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  const request = { url: responseUrl, headers, body: JSON.stringify(reply), signal: undefined };
  const answer = await post(request, { timeoutMs: config.timeoutMs ?? 15_000 });
  const ok = answer.kind === 'answer' && answer.status >= 200 && answer.status < 300;
  if (ok) return;
  const reason = answer.kind === 'failed' ? answer.reason : `HTTP ${answer.status}`;
  runtime.logger.warn({ channel, reason }, 'whoever pressed a button could not be told how it ended');
}

/** `payload=JSON`, a form (docs.slack.dev, "Interaction payloads"). */
function payloadIn(body: Buffer): Readonly<Record<string, JsonValue>> | undefined {
  const text = new URLSearchParams(body.toString('utf8')).get('payload');
  const parsed = text === null ? undefined : parseJson(text);
  return parsed?.ok === true ? objectOf(parsed.value) : undefined;
}

function pressedIn(payload: Readonly<Record<string, JsonValue>>): Pressed | undefined {
  if (payload['type'] !== 'block_actions') return undefined;
  const actions = payload['actions'];
  const action = objectOf(Array.isArray(actions) ? actions.at(0) : undefined);
  const button = buttonNamed(action?.['action_id']);
  const incidentId = textOf(action?.['value']);
  if (button === undefined || incidentId === '' || incidentId.length > MAX_INCIDENT_ID) return undefined;
  const user = objectOf(payload['user']);
  const id = printable(textOf(user?.['id']), 30);
  if (id === '') return undefined;
  const name = printable(textOf(user?.['username']) || textOf(user?.['name']), 50);
  const by = name === '' ? `Slack ${id}` : `${name} (Slack ${id})`;
  return { incidentId, button, by, responseUrl: textOf(payload['response_url']) };
}

/** Slack's own hosts for slack.com; where the Web API is elsewhere (GovSlack, a proxy), its host, or `hooks.` of its domain. */
function isResponseUrl(text: string, apiUrl: string): boolean {
  if (!URL.canParse(text)) return false;
  const [url, api] = [new URL(text), new URL(apiUrl)];
  if (url.origin === api.origin) return true;
  return url.protocol === 'https:' && url.host === `hooks.${api.host}` && url.username === '';
}
