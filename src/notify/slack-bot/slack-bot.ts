import type { Message } from '../../domain/message.ts';
import type { Runtime } from '../../runtime/index.ts';
import { slackButtons } from '../buttons/render.ts';
import { checkUrl } from '../http.ts';
import type { Channel, DeliveryOutcome, Receipt, SlackBotConfig } from '../port.ts';
import { renderSlack } from '../slack-webhook/render.ts';
import { createSlackApi, type SlackAnswer, type SlackApi } from './slack-api.ts';
import { renderTimelineEntry } from './timeline-entry.ts';

/**
 * docs.slack.dev, "Rate limits": chat.postMessage takes a message a second for each channel, chat.update is of tier 3, 50 a
 * minute. An incident's news is one call of each. Bursts are said to be tolerated, not how large.
 */
const PACE = { perMinute: 50, burst: 1 };

/** The message cannot be edited any more: deleted, too old for the workspace's settings, another app's. */
const GONE = [
  'message_not_found',
  'thread_not_found',
  'cant_update_message',
  'edit_window_closed',
  'is_inactive',
];

/**
 * A Slack app with a bot token (scope `chat:write`): one message an incident, edited as it lives, with its thread as the
 * timeline. What calls people (a rise in severity, a return) is shown in the channel as well. A message that is gone is
 * posted anew. The receipt holds the channel's id and the message's `ts`, as Slack gave them. Throws on an address or token
 * that cannot be used.
 */
export function createSlackBot(config: SlackBotConfig, runtime: Runtime): Channel {
  const url = checkUrl(config.name, config.apiUrl);
  const api = createSlackApi({ url, token: config.token, config, clock: runtime.clock });
  return {
    name: config.name,
    pace: PACE,
    edits: true,
    deliver: (message, receipt, signal) =>
      deliver(message, receipt, {
        ...{ api, channel: config.channel, signal },
        buttons: config.signingSecret !== undefined,
      }),
  };
}

interface Way {
  readonly api: SlackApi;
  readonly channel: string;
  readonly signal: AbortSignal | undefined;
  /** Whether somebody answers when they are pressed. */
  readonly buttons: boolean;
}

async function deliver(message: Message, receipt: Receipt | undefined, way: Way): Promise<DeliveryOutcome> {
  const root = rootOf(receipt);
  if (message.event === 'digest' || root === undefined) return post(message, way);
  const { api, signal } = way;
  const edited = await api.call('chat.update', { ...root, ...bodyOf(message, way) }, signal);
  if (isGone(edited)) return post(message, way);
  if (edited.kind !== 'ok') return outcomeOf(edited);
  // Nothing happened: the message says more.
  if (message.event === 'context') return { kind: 'sent', receipt: { ...root } };
  const calls = message.event === 'escalated' || message.event === 'reopened';
  const reply = {
    channel: root.channel,
    thread_ts: root.ts,
    ...(calls ? { reply_broadcast: true } : {}),
    ...renderTimelineEntry(message),
  };
  const replied = await api.call('chat.postMessage', reply, signal);
  if (isGone(replied)) return post(message, way);
  return replied.kind === 'ok' ? { kind: 'sent', receipt: { ...root } } : outcomeOf(replied);
}

async function post(message: Message, way: Way): Promise<DeliveryOutcome> {
  const { api, channel, signal } = way;
  const answer = await api.call('chat.postMessage', { channel, ...bodyOf(message, way) }, signal);
  if (answer.kind !== 'ok') return outcomeOf(answer);
  const { channel: id, ts } = answer;
  // Without them it cannot be edited, but it is there.
  const receipt =
    id === undefined || ts === undefined || message.event === 'digest' ? undefined : { channel: id, ts };
  return receipt === undefined ? { kind: 'sent' } : { kind: 'sent', receipt };
}

function bodyOf(message: Message, { buttons }: Way): object {
  const { blocks, ...rest } = renderSlack(message);
  return { ...rest, blocks: buttons ? [...blocks, ...slackButtons(message)] : blocks };
}

function rootOf(receipt: Receipt | undefined): { readonly channel: string; readonly ts: string } | undefined {
  const channel = receipt?.['channel'];
  const ts = receipt?.['ts'];
  return channel === undefined || ts === undefined ? undefined : { channel, ts };
}

function isGone(answer: SlackAnswer): boolean {
  return answer.kind === 'refused' && GONE.includes(answer.error);
}

function outcomeOf(answer: Exclude<SlackAnswer, { kind: 'ok' }>): DeliveryOutcome {
  return answer.kind === 'refused' ? { kind: 'permanent', reason: `Slack says ${answer.error}` } : answer;
}
