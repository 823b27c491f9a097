import { createHash } from 'node:crypto';
import type { Message } from '../../domain/message.ts';
import type { Runtime } from '../../runtime/index.ts';
import { renderWithin } from '../bounded-message.ts';
import { renderFeishuCard } from '../feishu-bot/render.ts';
import { feishuButtons } from '../buttons/render.ts';
import { checkUrl } from '../http.ts';
import type { Channel, DeliveryOutcome, FeishuAppConfig } from '../port.ts';
import { createFeishuApi, type FeishuAnswer, type FeishuApi } from './feishu-api.ts';

/** open.feishu.cn, "Send message": five requests a second for a group, over all its bots. News is an edit and a reply. */
const PACE = { perMinute: 100, burst: 2 };
/** The same page: a card has at most 30 KB. */
const MAX_CARD_BYTES = 28_000;

/** Recalled, not found, deleted, or older than the 14 days in which it may be edited. */
const GONE = [230011, 230030, 230031, 230110];

/** What is told of codes that stay what they are. */
const FINAL_CODES: Readonly<Record<number, string>> = {
  10003: 'the app id is not valid',
  10014: 'the app secret is not valid',
  230001: 'a parameter is not valid',
  230002: 'the bot is not in the group',
  230006: "the app's bot is not switched on",
  230025: 'the card is too large',
  230027: 'a permission is missing',
  230028: 'the text did not pass an audit',
  230099: 'the card is not valid',
};

/**
 * A Feishu or Lark app with a bot in a group: one card an incident, changed as it lives (PATCH), its thread the timeline. A
 * card that is gone is sent anew. `uuid` makes a repetition within the hour one message. The receipt holds the card's
 * message id. Throws on an address that cannot be used.
 */
export function createFeishuApp(config: FeishuAppConfig, runtime: Runtime): Channel {
  const baseUrl = checkUrl(config.name, config.baseUrl);
  const api = createFeishuApi({ ...config, baseUrl }, config, runtime.clock);
  return {
    name: config.name,
    pace: PACE,
    edits: true,
    deliver: (message, receipt, signal) => {
      const root = message.event === 'digest' ? undefined : receipt?.['message_id'];
      const buttons = config.verificationToken !== undefined;
      const way = { api, chatId: config.chatId, signal, buttons };
      return root === undefined ? send(message, '', way) : change(message, root, way);
    },
  };
}

interface Way {
  readonly api: FeishuApi;
  readonly chatId: string;
  readonly signal: AbortSignal | undefined;
  /** Whether somebody answers when they are pressed. */
  readonly buttons: boolean;
}

/** `after` is the message that this one takes the place of: another one than the first time for Feishu. */
async function send(message: Message, after: string, way: Way): Promise<DeliveryOutcome> {
  const { api, chatId, signal, buttons } = way;
  const body = {
    receive_id: chatId,
    msg_type: 'interactive',
    content: cardOf(message, buttons),
    uuid: uuidOf(`${message.id}/card/${after}`),
  };
  const answer = await api.call('POST', '/open-apis/im/v1/messages?receive_id_type=chat_id', body, signal);
  if (answer.kind !== 'ok') return outcomeOf(answer);
  const id = answer.data['message_id'];
  return typeof id !== 'string' || message.event === 'digest'
    ? { kind: 'sent' }
    : { kind: 'sent', receipt: { message_id: id } };
}

async function change(message: Message, root: string, way: Way): Promise<DeliveryOutcome> {
  const { api, signal, buttons } = way;
  const path = `/open-apis/im/v1/messages/${encodeURIComponent(root)}`;
  const changed = await api.call('PATCH', path, { content: cardOf(message, buttons) }, signal);
  if (isGone(changed)) return send(message, root, way);
  if (changed.kind !== 'ok') return outcomeOf(changed);
  // Nothing happened: the card says more.
  if (message.event === 'context') return { kind: 'sent', receipt: { message_id: root } };
  const entry: Message = {
    ...message,
    facts: [],
    suspects: [],
    evidence: [],
    traces: [],
    logs: [],
    nextSteps: [],
    links: [],
  };
  const reply = {
    msg_type: 'interactive',
    content: cardOf(entry, false),
    reply_in_thread: true,
    uuid: uuidOf(`${message.id}/entry/${root}`),
  };
  const replied = await api.call('POST', `${path}/reply`, reply, signal);
  if (isGone(replied)) return send(message, root, way);
  return replied.kind === 'ok' ? { kind: 'sent', receipt: { message_id: root } } : outcomeOf(replied);
}

function cardOf(message: Message, buttons: boolean): string {
  return renderWithin(message, MAX_CARD_BYTES, (reduced) => {
    const card = renderFeishuCard(reduced);
    return JSON.stringify(
      buttons ? { ...card, elements: [...card.elements, ...feishuButtons(reduced)] } : card,
    );
  });
}

/** At most 50 characters. */
function uuidOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}

function isGone(answer: FeishuAnswer): boolean {
  return answer.kind === 'refused' && GONE.includes(answer.code);
}

export function outcomeOf(
  answer: Exclude<FeishuAnswer, { kind: 'ok' }>,
): Exclude<DeliveryOutcome, { kind: 'sent' }> {
  if (answer.kind !== 'refused') return answer;
  const final = FINAL_CODES[answer.code];
  return final === undefined
    ? { kind: 'retry', reason: `Feishu says ${answer.code}` }
    : { kind: 'permanent', reason: `Feishu says ${answer.code}: ${final}` };
}
