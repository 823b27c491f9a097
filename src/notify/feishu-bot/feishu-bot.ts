import { createHmac } from 'node:crypto';
import { type JsonValue, parseJson, type Runtime } from '../../runtime/index.ts';
import { renderWithin } from '../bounded-message.ts';
import { checkUrl, type HttpAnswer, outcomeByStatus, post } from '../http.ts';
import type { Channel, DeliveryOutcome, FeishuBotConfig } from '../port.ts';
import { renderFeishuCard } from './render.ts';

/** open.feishu.cn, "Custom bot guide": 100 messages a minute, 5 a second: with four at once, the fifth is in the same second. */
const PACE = { perMinute: 100, burst: 4 };
/** The guide's 20 KB, less a margin for how a proxy may count. */
const MAX_BODY_BYTES = 20_000;

const FREQUENCY_LIMITED = 11232;
/** Used for bad requests and for too many of them alike: the text tells. */
const BAD_REQUEST = 9499;
/** Token, parameters, bot not enabled, signature or time, address, keyword, size: the same again would fail again. */
const FINAL_CODES: Readonly<Record<number, string>> = {
  19001: 'the token is not valid',
  19002: 'the parameters are not valid',
  19007: 'the bot is not enabled',
  19021: 'the signature or its time is not valid',
  19022: 'this address is not allowed',
  19024: 'a required keyword is missing',
  19036: 'the message is too large',
};

/**
 * A custom bot of a Feishu or Lark group, with a signature when `secret` is given. `runtime.clock` must be the wall
 * clock then: Feishu refuses a signature more than an hour off. Throws on a URL that cannot be used.
 */
export function createFeishuBot(config: FeishuBotConfig, runtime: Runtime): Channel {
  const url = checkUrl(config.name, config.url);
  return {
    name: config.name,
    pace: PACE,
    deliver: async (message, _receipt, signal) => {
      const proof = proofOf(config.secret, runtime.clock.now());
      const body = renderWithin(message, MAX_BODY_BYTES, (reduced) =>
        JSON.stringify({ ...proof, msg_type: 'interactive', card: renderFeishuCard(reduced) }),
      );
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      const answer = await post({ url, headers, body, signal }, config);
      if (answer.kind === 'failed') return { kind: 'retry', reason: answer.reason };
      return outcomeOf(answer, runtime);
    },
  };
}

/** The key is time and secret, the message is empty: the reverse of what one expects, by the vendor's guide. */
export function signFeishu(secret: string, timestampSeconds: number): string {
  return createHmac('sha256', `${timestampSeconds}\n${secret}`).digest('base64');
}

function proofOf(secret: string | undefined, nowMs: number): { timestamp?: string; sign?: string } {
  if (secret === undefined) return {};
  const seconds = Math.floor(nowMs / 1000);
  return { timestamp: String(seconds), sign: signFeishu(secret, seconds) };
}

/** Success is told by the body's `code`, or by `StatusCode` where there is none; errors come with HTTP 200 too. */
function outcomeOf(answer: HttpAnswer, runtime: Runtime): DeliveryOutcome {
  const byStatus = outcomeByStatus(answer, runtime.clock);
  const body = objectIn(answer.text);
  const code = body?.['code'] ?? body?.['StatusCode'];
  if (typeof code !== 'number') {
    return byStatus ?? { kind: 'retry', reason: `HTTP ${answer.status} without Feishu's answer in the body` };
  }
  if (code === 0) return byStatus ?? { kind: 'sent' };
  const said = `Feishu says ${code}`;
  if (code === FREQUENCY_LIMITED || (code === BAD_REQUEST && isTooMany(body?.['msg']))) {
    return byStatus?.kind === 'retry' ? byStatus : { kind: 'retry', reason: `${said}: too many messages` };
  }
  if (code === BAD_REQUEST) return { kind: 'permanent', reason: `${said}: bad request` };
  const final = FINAL_CODES[code];
  if (final !== undefined) return { kind: 'permanent', reason: `${said}: ${final}` };
  return byStatus ?? { kind: 'retry', reason: said };
}

function isTooMany(text: JsonValue | undefined): boolean {
  return typeof text === 'string' && /too many/i.test(text);
}

function objectIn(text: string): Readonly<Record<string, JsonValue>> | undefined {
  const parsed = parseJson(text);
  if (!parsed.ok || parsed.value === null || typeof parsed.value !== 'object') return undefined;
  return Array.isArray(parsed.value) ? undefined : parsed.value;
}
