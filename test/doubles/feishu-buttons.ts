import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { asArray, asObject, asText, type JsonObject } from '../../src/simulator/vendors/json-fields.ts';
import type { FeishuMessage } from '../../src/simulator/vendors/feishu-app.ts';
import type { Signed } from './slack-buttons.ts';

export interface FeishuPress {
  readonly appId: string;
  readonly verificationToken: string;
  /** Absent: callbacks are neither encrypted nor signed. */
  readonly encryptKey?: string;
  readonly nowMs: number;
  readonly openId: string;
  readonly eventId: string;
}

export function feishuButton(message: FeishuMessage, label: string): JsonObject {
  const buttons = asArray(message.card['elements'])
    .map((element) => asObject(element) ?? {})
    .flatMap((element) => asArray(element['actions']).map((action) => asObject(action) ?? {}));
  const found = buttons.find((button) => asText(asObject(button['text'])?.['content']) === label);
  if (found === undefined) throw new Error(`there is no button ${label}`);
  return found;
}

/** `card.action.trigger`, schema 2.0 (open.feishu.cn, "Card callback communication"). */
export function feishuPress(message: FeishuMessage, button: JsonObject, press: FeishuPress): Signed {
  const callback = {
    schema: '2.0',
    header: {
      event_id: press.eventId,
      token: press.verificationToken,
      create_time: String(press.nowMs * 1000),
      event_type: 'card.action.trigger',
      tenant_key: 't1',
      app_id: press.appId,
    },
    event: {
      operator: { tenant_key: 't1', open_id: press.openId, union_id: 'on_1' },
      token: 'c-cardtoken',
      action: { value: button['value'] ?? null, tag: 'button' },
      host: 'im_message',
      context: { open_message_id: message.id, open_chat_id: 'oc_1' },
    },
  };
  return feishuSigned(callback, press);
}

/** `url_verification`, as the developer console sends it when an address is entered. */
export function feishuChallenge(press: FeishuPress): Signed {
  return feishuSigned(
    { challenge: 'ajls384kdjx98XX', token: press.verificationToken, type: 'url_verification' },
    press,
  );
}

/** Encrypted and signed as the page "Receive callbacks" says. */
export function feishuSigned(callback: object, { encryptKey, nowMs }: FeishuPress): Signed {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  if (encryptKey === undefined) return { headers, body: JSON.stringify(callback) };
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-256-cbc', createHash('sha256').update(encryptKey).digest(), iv);
  const encrypted = Buffer.concat([iv, cipher.update(JSON.stringify(callback), 'utf8'), cipher.final()]);
  const body = JSON.stringify({ encrypt: encrypted.toString('base64') });
  const timestamp = String(Math.floor(nowMs / 1000));
  const nonce = randomBytes(8).toString('hex');
  const signature = createHash('sha256').update(`${timestamp}${nonce}${encryptKey}${body}`).digest('hex');
  return {
    headers: {
      ...headers,
      'x-lark-request-timestamp': timestamp,
      'x-lark-request-nonce': nonce,
      'x-lark-signature': signature,
    },
    body,
  };
}
