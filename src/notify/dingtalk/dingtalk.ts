import { createHmac } from 'node:crypto';
import type { Runtime } from '../../runtime/index.ts';
import { renderWithin } from '../bounded-message.ts';
import { outcomeByErrcode } from '../errcode.ts';
import { checkUrl, post } from '../http.ts';
import { renderMarkdown } from '../markdown/render.ts';
import type { Channel, DingTalkConfig } from '../port.ts';

/** open.dingtalk.com, "Custom robot access": 20 messages a minute for each robot; beyond that it is mute for ten. */
const PACE = { perMinute: 20, burst: 3 };
const MUTE_MS = 600_000;
/** The guide's 20,000 bytes for a message, less a margin. */
const MAX_BODY_BYTES = 18_000;

/** Error codes of the guide. 310000 is keyword, signature or address. */
const RULES = {
  vendor: 'DingTalk',
  limited: { 130101: MUTE_MS, 410100: MUTE_MS },
  final: {
    40035: 'a parameter is missing',
    43004: 'the content type is not valid',
    300001: 'the token does not exist',
    310000: 'keyword, signature or address do not fit the security settings',
    400013: 'the group was dissolved',
    400101: 'the token does not exist',
    400102: 'the robot is switched off',
    400105: 'this type of message is not supported',
    400106: 'the robot does not exist',
    430101: 'it holds a link that is not allowed',
    430102: 'it holds a text that is not allowed',
    430104: 'it holds a content that is not allowed',
  },
};

/**
 * A custom robot of a DingTalk group, signed when `secret` is given; `runtime.clock` must be the wall clock then. It can
 * only post. Throws on a URL that cannot be used.
 */
export function createDingTalk(config: DingTalkConfig, runtime: Runtime): Channel {
  const url = checkUrl(config.name, config.url);
  return {
    name: config.name,
    pace: PACE,
    deliver: async (message, _receipt, signal) => {
      const body = renderWithin(message, MAX_BODY_BYTES, (reduced) =>
        JSON.stringify({
          msgtype: 'markdown',
          // The title is what a phone shows; it is not parsed.
          markdown: { title: reduced.title || 'Spanwatch', text: renderMarkdown(reduced, '  \n') },
        }),
      );
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      const signed = signedUrl(url, config.secret, runtime.clock.now());
      const answer = await post({ url: signed, headers, body, signal }, config);
      if (answer.kind === 'failed') return { kind: 'retry', reason: answer.reason };
      return outcomeByErrcode(answer, runtime.clock, RULES);
    },
  };
}

/** The key is the secret, the text is time and secret: the reverse of Feishu's; milliseconds, in the address. */
export function signDingTalk(secret: string, timestampMs: number): string {
  return createHmac('sha256', secret).update(`${timestampMs}\n${secret}`).digest('base64');
}

function signedUrl(url: string, secret: string | undefined, nowMs: number): string {
  if (secret === undefined) return url;
  const signed = new URL(url);
  const timestamp = Math.floor(nowMs);
  signed.searchParams.set('timestamp', String(timestamp));
  signed.searchParams.set('sign', signDingTalk(secret, timestamp));
  return signed.href;
}
