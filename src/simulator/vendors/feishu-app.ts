import { brokenCard, brokenMarkup } from './feishu.ts';
import { asText, type JsonObject, objectIn, objectsIn } from './json-fields.ts';
import {
  createRateLimit,
  type ReceiverOptions,
  startReceiver,
  type VendorReceiver,
  type VendorRequest,
  type VendorVerdict,
} from './receiver.ts';

export interface FeishuAppOptions extends ReceiverOptions {
  readonly appId: string;
  readonly appSecret: string;
  /** The group that the bot is in. */
  readonly chatId: string;
  /** Enforce five requests a second. */
  readonly limited?: boolean;
}

export interface FeishuMessage {
  readonly id: string;
  readonly parent?: string;
  readonly sentAt: number;
  readonly edits: number;
  readonly card: JsonObject;
}

export interface FeishuTenant extends VendorReceiver<JsonObject> {
  messages(): readonly FeishuMessage[];
  /** As a person would. */
  recall(id: string): void;
  /** As an administrator who renews the app's secret does. */
  revokeTokens(): void;
  tokensIssued(): number;
}

const BASE = '/larkopenplatform';
const TOKEN_LIFE_S = 7200;
const EDIT_WINDOW_MS = 14 * 24 * 3_600_000;
const UUID_WINDOW_MS = 3_600_000;
const MAX_CARD_BYTES = 30 * 1024;

/**
 * open.feishu.cn for a custom app, with the documented rules of `tenant_access_token/internal`, sending, replying to and
 * changing messages ("Send message", "Reply message", "Update message card"): errors with HTTP 400 and a code.
 */
export async function startFeishuApp(options: FeishuAppOptions): Promise<FeishuTenant> {
  const tenant = new Tenant(options);
  const receiver = await startReceiver(BASE, options, (request) => tenant.judge(request));
  return {
    ...receiver,
    messages: () => [...tenant.messages.values()],
    recall: (id) => void tenant.messages.delete(id),
    revokeTokens: () => tenant.tokens.clear(),
    tokensIssued: () => tenant.issued,
  };
}

class Tenant {
  readonly messages = new Map<string, FeishuMessage>();
  readonly tokens = new Map<string, number>();
  issued = 0;
  readonly #options: FeishuAppOptions;
  readonly #uuids = new Map<string, { id: string; at: number }>();
  readonly #allowed: (nowMs: number) => boolean;
  #sent = 0;

  constructor(options: FeishuAppOptions) {
    this.#options = options;
    this.#allowed = createRateLimit(options.limited === true ? 5 : Number.POSITIVE_INFINITY, 1000);
  }

  judge(request: VendorRequest): VendorVerdict<JsonObject> {
    const { pathname, searchParams } = new URL(request.path.slice(BASE.length), 'http://tenant');
    const body = objectIn(request.body);
    if (body === undefined) return refused(9499, 'Bad Request');
    if (pathname === '/open-apis/auth/v3/tenant_access_token/internal') return this.#token(body);
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (bearer === undefined) return refused(99991661, 'Missing access token');
    if ((this.tokens.get(bearer) ?? 0) <= this.#options.nowMs()) {
      return refused(99991663, 'Invalid access token', false);
    }
    if (!this.#allowed(this.#options.nowMs())) return refused(230020, 'frequency limit');
    const path = /^\/open-apis\/im\/v1\/messages(?:\/([^/]+)(\/reply)?)?$/.exec(pathname);
    if (path === null) return refused(99991672, 'no such api');
    const [, id, reply] = path;
    if (request.method === 'POST' && id === undefined) {
      if (searchParams.get('receive_id_type') !== 'chat_id') return refused(230001, 'receive_id_type');
      if (body['receive_id'] !== this.#options.chatId) return refused(230002, 'the bot is not in the group');
      return this.#add(body);
    }
    if (request.method === 'POST' && reply !== undefined) return this.#add(body, id);
    return request.method === 'PATCH' && reply === undefined
      ? this.#change(body, id ?? '')
      : refused(99991672, 'method');
  }

  #token(body: JsonObject): VendorVerdict<JsonObject> {
    if (body['app_id'] !== this.#options.appId) return refused(10003, 'invalid app_id');
    if (body['app_secret'] !== this.#options.appSecret) return refused(10014, 'app secret invalid');
    const token = `t-tenanttoken${++this.issued}`;
    this.tokens.set(token, this.#options.nowMs() + TOKEN_LIFE_S * 1000);
    const answer = { code: 0, msg: 'ok', tenant_access_token: token, expire: TOKEN_LIFE_S };
    return { answer: json(200, answer), violations: [] };
  }

  #add(body: JsonObject, parent?: string): VendorVerdict<JsonObject> {
    if (parent !== undefined && !this.messages.has(parent))
      return refused(230011, 'The message is recalled.', false);
    const uuid = asText(body['uuid']);
    if (uuid.length > 50) return refused(230001, 'uuid');
    const nowMs = this.#options.nowMs();
    const before = this.#uuids.get(uuid);
    if (uuid !== '' && before !== undefined && nowMs - before.at < UUID_WINDOW_MS) return sent(before.id);
    const { card, broken } = cardIn(body);
    if (card === undefined || body['msg_type'] !== 'interactive')
      return refused(230099, broken ?? 'msg_type');
    const id = `om_${String(++this.#sent).padStart(6, '0')}`;
    const thread = parent === undefined ? {} : { parent };
    this.messages.set(id, { id, ...thread, sentAt: nowMs, edits: 0, card });
    this.#uuids.set(uuid, { id, at: nowMs });
    return { ...sent(id), accepted: body, violations: objectsIn(card).flatMap(brokenMarkup) };
  }

  #change(body: JsonObject, id: string): VendorVerdict<JsonObject> {
    const message = this.messages.get(id);
    if (message === undefined) return refused(230011, 'The message is recalled.', false);
    if (this.#options.nowMs() - message.sentAt > EDIT_WINDOW_MS)
      return refused(230031, 'within 14 days', false);
    const { card, broken } = cardIn(body);
    if (card === undefined) return refused(230099, broken ?? 'content');
    const shared = (value: JsonObject): boolean =>
      objectIn(JSON.stringify(value['config']))?.['update_multi'] === true;
    if (!shared(message.card) || !shared(card))
      return refused(230001, 'update_multi must be true before and after');
    this.messages.set(id, { ...message, edits: message.edits + 1, card });
    return { ...sent(id), accepted: body, violations: objectsIn(card).flatMap(brokenMarkup) };
  }
}

function cardIn(body: JsonObject): { readonly card?: JsonObject; readonly broken?: string } {
  const content = asText(body['content']);
  if (Buffer.byteLength(content) > MAX_CARD_BYTES) return { broken: 'larger than 30 KB' };
  const card = objectIn(content);
  if (card === undefined) return { broken: 'content is no JSON text' };
  const broken = brokenCard(card);
  return broken === undefined ? { card } : { broken };
}

function sent(id: string): VendorVerdict<JsonObject> {
  return { answer: json(200, { code: 0, msg: 'success', data: { message_id: id } }), violations: [] };
}

/** `wrong`: the sender's mistake, not the course of things. */
function refused(code: number, msg: string, wrong = true): VendorVerdict<JsonObject> {
  return { answer: json(400, { code, msg }), violations: wrong ? [`${code}: ${msg}`] : [] };
}

function json(status: number, body: object): VendorVerdict<JsonObject>['answer'] {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  };
}
