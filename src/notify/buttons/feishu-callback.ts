import type { ButtonPress } from '../../domain/button.ts';
import type { Locale } from '../../domain/message.ts';
import { printable } from '../../domain/printable.ts';
import { type JsonValue, parseJson, type Runtime } from '../../runtime/index.ts';
import {
  type CallbackAnswer,
  type CallbackHandler,
  type CallbackRequest,
  header,
  inTime,
  MAX_INCIDENT_ID,
  objectOf,
  type PressButton,
  textOf,
} from './callback.ts';
import { decryptFeishu, feishuSignature } from './feishu-crypto.ts';
import { buttonNamed } from './render.ts';
import { sameSecret } from './same-secret.ts';
import { Seen } from './seen.ts';
import { replyTo } from './words.ts';

export interface FeishuCallbackConfig {
  readonly name: string;
  readonly locale: Locale;
  readonly appId: string;
  readonly verificationToken: string;
  /** With it callbacks come encrypted and signed; without it the token is all that vouches for them. */
  readonly encryptKey?: string;
}

/** Feishu names no window; the one of Slack, which its own SDKs for other languages take as well. */
const WINDOW_MS = 300_000;

type JsonObject = Readonly<Record<string, JsonValue>>;

const UNVERIFIED: CallbackAnswer = { status: 401, outcome: 'unverified' };

/**
 * Feishu's and Lark's card callback, `card.action.trigger` of schema 2.0, and the `url_verification` challenge
 * (open.feishu.cn, "Receive callbacks", "Card callback communication"): signature, decryption, Verification Token, app,
 * age, each event once. Answered with a toast for whoever pressed.
 */
export function feishuCallback(
  config: FeishuCallbackConfig,
  press: PressButton,
  runtime: Runtime,
): CallbackHandler {
  const seen = new Seen(2 * WINDOW_MS);
  return async (request) => {
    const opened = openBody(request, config);
    if (opened === 'malformed') return { status: 400, outcome: 'malformed' };
    if (opened === 'unverified') return UNVERIFIED;
    const head = objectOf(opened['header']);
    const token = textOf(head === undefined ? opened['token'] : head['token']);
    if (!sameSecret(token, config.verificationToken)) return UNVERIFIED;
    if (opened['type'] === 'url_verification') return challengeOf(opened);
    const nowMs = runtime.clock.now();
    // The challenge is not signed (larksuite/oapi-sdk-go, dispatcher.go, Handle); whatever does something is.
    if (!isSignedNow(request, config, nowMs) || !isRecent(head?.['create_time'], nowMs)) return UNVERIFIED;
    if (head?.['app_id'] !== config.appId) return { status: 403, outcome: 'other-app' };
    const pressed = head['event_type'] === 'card.action.trigger' ? pressedIn(opened, config) : undefined;
    if (pressed === undefined) return { status: 200, outcome: 'ignored', body: {} };
    const eventId = textOf(head['event_id']);
    if (eventId === '') return { status: 400, outcome: 'malformed' };
    if (!seen.first(eventId.slice(0, 200), nowMs)) return { status: 200, outcome: 'repeated', body: {} };
    const outcome = (await inTime(press(pressed), runtime.clock)) ?? { kind: 'unwritten' };
    const content = replyTo(pressed.button, outcome, config.locale);
    const type = outcome.kind === 'done' ? 'success' : 'info';
    return { status: 200, outcome: 'pressed', body: { toast: { type, content } } };
  };
}

/** The body as an object; encrypted when a key is configured, and only then. */
function openBody(
  { body }: CallbackRequest,
  { encryptKey }: FeishuCallbackConfig,
): JsonObject | 'malformed' | 'unverified' {
  const outer = jsonIn(body.toString('utf8'));
  if (outer === undefined) return 'malformed';
  if (encryptKey === undefined) return 'encrypt' in outer ? 'unverified' : outer;
  const plain = decryptFeishu(textOf(outer['encrypt']), encryptKey);
  return (plain === undefined ? undefined : jsonIn(plain)) ?? 'unverified';
}

function jsonIn(text: string): JsonObject | undefined {
  const parsed = parseJson(text);
  return parsed.ok ? objectOf(parsed.value) : undefined;
}

function isSignedNow(
  { headers, body }: CallbackRequest,
  { encryptKey }: FeishuCallbackConfig,
  nowMs: number,
): boolean {
  if (encryptKey === undefined) return true;
  const timestamp = header(headers, 'x-lark-request-timestamp');
  const nonce = header(headers, 'x-lark-request-nonce');
  const expected = feishuSignature({ timestamp, nonce, body }, encryptKey);
  if (!sameSecret(header(headers, 'x-lark-signature'), expected)) return false;
  return /^\d{1,12}$/.test(timestamp) && Math.abs(nowMs - Number(timestamp) * 1000) <= WINDOW_MS;
}

/** `create_time` is told in microseconds with callbacks, in milliseconds with events: its size says which. */
function isRecent(createTime: JsonValue | undefined, nowMs: number): boolean {
  const text = textOf(createTime);
  if (!/^\d{13,17}$/.test(text)) return false;
  const ms = Number(text) > 1e14 ? Number(text) / 1000 : Number(text);
  return Math.abs(nowMs - ms) <= WINDOW_MS;
}

const MAX_CHALLENGE = 500;

function challengeOf(body: JsonObject): CallbackAnswer {
  const challenge = textOf(body['challenge']);
  return challenge === '' || challenge.length > MAX_CHALLENGE
    ? { status: 400, outcome: 'malformed' }
    : { status: 200, outcome: 'challenge', body: { challenge } };
}

function pressedIn(body: JsonObject, { name, locale }: FeishuCallbackConfig): ButtonPress | undefined {
  const event = objectOf(body['event']);
  const value = objectOf(objectOf(event?.['action'])?.['value']);
  const button = buttonNamed(value?.['action']);
  const incidentId = textOf(value?.['incident']);
  const id = printable(textOf(objectOf(event?.['operator'])?.['open_id']), 80);
  if (button === undefined || incidentId === '' || incidentId.length > MAX_INCIDENT_ID || id === '') {
    return undefined;
  }
  return { incidentId, button, by: `Feishu ${id}`, channel: name, locale };
}
