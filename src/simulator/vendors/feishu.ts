import { createHmac, timingSafeEqual } from 'node:crypto';
import { asArray, asObject, asText, type JsonObject, objectIn, objectsIn } from './json-fields.ts';
import {
  createRateLimit,
  type ReceiverOptions,
  startReceiver,
  type VendorReceiver,
  type VendorRequest,
  type VendorVerdict,
} from './receiver.ts';

export interface FeishuOptions extends ReceiverOptions {
  /** Absent: signing is switched off. */
  readonly secret?: string;
  /** One of them must be in the message; absent: none is asked for. */
  readonly keywords?: readonly string[];
  /** Enforce 5 messages a second and 100 a minute. */
  readonly limited?: boolean;
}

const PATH = '/open-apis/bot/v2/hook/feishuhooktoken';
const MAX_BODY_BYTES = 20 * 1024;
const SIGNATURE_WINDOW_MS = 3_600_000;

/** A custom bot with Feishu's documented rules (open.feishu.cn, "Custom bot guide"). Errors come with HTTP 200. */
export function startFeishu(options: FeishuOptions): Promise<VendorReceiver<JsonObject>> {
  const perSecond = createRateLimit(options.limited === true ? 5 : Number.POSITIVE_INFINITY, 1000);
  const perMinute = createRateLimit(options.limited === true ? 100 : Number.POSITIVE_INFINITY, 60_000);
  return startReceiver(PATH, options, (request) => {
    const now = options.nowMs();
    if (!perSecond(now) || !perMinute(now))
      return refused(11232, 'frequency limited psm[lark.oapi.app_platform]');
    return judgeFeishu(request, options);
  });
}

/** What Feishu answers, and which rules were broken. */
export function judgeFeishu(request: VendorRequest, options: FeishuOptions): VendorVerdict<JsonObject> {
  if (request.path !== PATH) return refused(19001, 'param invalid: incoming webhook access token invalid');
  const size = Buffer.byteLength(request.body);
  if (size > MAX_BODY_BYTES) return refused(19036, `message of ${size} bytes`);
  const body = objectIn(request.body);
  if (body === undefined) return refused(9499, 'Bad Request');
  if (options.secret !== undefined && !isSigned(body, options.secret, options.nowMs())) {
    return refused(19021, 'sign match fail or timestamp is not within one hour from current time');
  }
  const card = asObject(body['card']);
  if (body['msg_type'] !== 'interactive' || card === undefined)
    return refused(19002, 'params error, msg_type need');
  const broken = brokenCard(card);
  if (broken !== undefined) return refused(19002, broken);
  const shown = request.body;
  if (options.keywords?.some((keyword) => shown.includes(keyword)) === false) {
    return refused(19024, 'Key Words Not Found');
  }
  return {
    answer: { status: 200, body: SUCCESS },
    accepted: body,
    violations: objectsIn(body['card']).flatMap(brokenMarkup),
  };
}

const SUCCESS = '{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}';

function isSigned(body: JsonObject, secret: string, nowMs: number): boolean {
  const timestamp = asText(body['timestamp']);
  if (!/^\d{10}$/.test(timestamp)) return false;
  if (Math.abs(nowMs - Number(timestamp) * 1000) > SIGNATURE_WINDOW_MS) return false;
  const expected = createHmac('sha256', `${timestamp}\n${secret}`).update('').digest();
  const given = Buffer.from(asText(body['sign']), 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const TEXT_TAGS = ['plain_text', 'lark_md'];
const ELEMENT_TAGS = ['div', 'hr', 'note', 'action', 'markdown', 'img'];

export function brokenCard(card: JsonObject): string | undefined {
  const title = asObject(asObject(card['header'])?.['title']);
  if (title?.['tag'] !== 'plain_text' || asText(title['content']) === '') return 'card: header.title';
  const elements = asArray(card['elements']).map((element) => asObject(element) ?? {});
  if (elements.length === 0) return 'card: no elements';
  for (const element of elements) {
    if (!ELEMENT_TAGS.includes(asText(element['tag']))) return 'card: unknown element';
    const text = asObject(element['text']);
    if (element['tag'] === 'div' && !TEXT_TAGS.includes(asText(text?.['tag'])))
      return 'card: div without text';
    const buttons = asArray(element['actions']).map((action) => asObject(action) ?? {});
    if (
      buttons.some(
        (button) =>
          button['tag'] === 'button' && !isWebUrl(button['url']) && asObject(button['value']) === undefined,
      )
    ) {
      return 'card: button without url or value';
    }
  }
  return undefined;
}

function isWebUrl(url: JsonObject[string] | undefined): boolean {
  return /^https?:\/\/[^\s]+$/.test(asText(url));
}

/** What would ring people or become a link, in texts that Feishu parses. */
export function brokenMarkup(object: JsonObject): string[] {
  if (object['tag'] !== 'lark_md' && object['tag'] !== 'markdown') return [];
  const content = asText(object['content']);
  const broken: string[] = [];
  if (/<\s*at\b/i.test(content)) broken.push('mention in markup');
  if (/\[[^\]]*\]\([^)]*\)/.test(content)) broken.push('link in markup');
  if (/<[a-z/]/i.test(content)) broken.push('tag in markup');
  return broken;
}

function refused(code: number, message: string): VendorVerdict<JsonObject> {
  const body = JSON.stringify({ code, data: {}, msg: message });
  return { answer: { status: 200, body }, violations: [`${code}: ${message}`] };
}
