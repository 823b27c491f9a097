import { createHmac, timingSafeEqual } from 'node:crypto';
import { asObject, asText, type JsonObject, objectIn } from './json-fields.ts';
import { brokenMarkdown } from './markdown-rules.ts';
import {
  createRateLimit,
  type ReceiverOptions,
  startReceiver,
  type VendorReceiver,
  type VendorVerdict,
} from './receiver.ts';

export interface RobotOptions extends ReceiverOptions {
  /** DingTalk's signing secret; absent: signing is switched off. */
  readonly secret?: string;
  /** Enforce 20 messages a minute. */
  readonly limited?: boolean;
}

const DINGTALK_PATH = '/robot/send?access_token=dingtalkhooktoken';
const DINGTALK_MAX_BYTES = 20_000;
const DINGTALK_WINDOW_MS = 3_600_000;
const DINGTALK_MUTE_MS = 600_000;
const WECOM_PATH = '/cgi-bin/webhook/send?key=wecomhookkey';
const WECOM_MAX_BYTES = 4096;
const PER_MINUTE = 20;

/**
 * A DingTalk custom robot with the documented rules (open.dingtalk.com, "Custom robot access"): signature in the address,
 * 20 messages a minute and then ten minutes of silence, errors with HTTP 200.
 */
export function startDingTalk(options: RobotOptions): Promise<VendorReceiver<JsonObject>> {
  const allowed = createRateLimit(options.limited === true ? PER_MINUTE : Number.POSITIVE_INFINITY, 60_000);
  let mutedUntil = 0;
  return startReceiver(DINGTALK_PATH, options, (request) => {
    const nowMs = options.nowMs();
    const { searchParams, pathname } = new URL(request.path, 'http://robot');
    if (pathname !== '/robot/send' || searchParams.get('access_token') !== 'dingtalkhooktoken') {
      return refused(300001, 'token is not exist');
    }
    if (options.secret !== undefined && !isSigned(searchParams, options.secret, nowMs)) {
      return refused(310000, 'sign not match');
    }
    if (nowMs < mutedUntil || !allowed(nowMs)) {
      mutedUntil = Math.max(mutedUntil, nowMs + DINGTALK_MUTE_MS);
      return refused(130101, 'send too fast, exceed 20 times per minute');
    }
    if (!(request.headers['content-type'] ?? '').startsWith('application/json'))
      return refused(43004, 'content-type');
    const body = objectIn(request.body);
    const markdown = asObject(body?.['markdown']);
    if (body?.['msgtype'] !== 'markdown' || markdown === undefined)
      return refused(40035, 'missing parameter');
    if (asText(markdown['title']) === '' || asText(markdown['text']) === '')
      return refused(40035, 'missing title');
    const size = Buffer.byteLength(request.body);
    if (size > DINGTALK_MAX_BYTES) return refused(460101, `message of ${size} bytes`);
    return taken(body, brokenMarkdown(asText(markdown['text'])));
  });
}

/** A robot of a WeCom group with the documented rules (developer.work.weixin.qq.com, "Group robot"). */
export function startWeCom(options: RobotOptions): Promise<VendorReceiver<JsonObject>> {
  const allowed = createRateLimit(options.limited === true ? PER_MINUTE : Number.POSITIVE_INFINITY, 60_000);
  return startReceiver(WECOM_PATH, options, (request) => {
    if (request.path !== WECOM_PATH) return refused(93000, 'invalid webhook url');
    if (!allowed(options.nowMs())) return refused(45009, 'api freq out of limit');
    const body = objectIn(request.body);
    if (body?.['msgtype'] !== 'markdown') return refused(40008, 'invalid message type');
    const content = asText(asObject(body['markdown'])?.['content']);
    if (content === '') return refused(44004, 'empty content');
    if (Buffer.byteLength(content) > WECOM_MAX_BYTES) return refused(45002, 'content size out of limit');
    return taken(body, brokenMarkdown(content));
  });
}

function isSigned(parameters: URLSearchParams, secret: string, nowMs: number): boolean {
  const timestamp = Number(parameters.get('timestamp'));
  if (!(Math.abs(nowMs - timestamp) <= DINGTALK_WINDOW_MS)) return false;
  const expected = createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest();
  const given = Buffer.from(parameters.get('sign') ?? '', 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function taken(body: JsonObject, violations: readonly string[]): VendorVerdict<JsonObject> {
  return { answer: answer(0, 'ok'), accepted: body, violations };
}

function refused(code: number, reason: string): VendorVerdict<JsonObject> {
  return { answer: answer(code, reason), violations: [`${code}: ${reason}`] };
}

function answer(errcode: number, errmsg: string): VendorVerdict<JsonObject>['answer'] {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ errcode, errmsg }),
  };
}
