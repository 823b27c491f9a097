import type { Message } from '../../domain/message.ts';
import type { Runtime } from '../../runtime/index.ts';
import { renderWithin } from '../bounded-message.ts';
import { outcomeByErrcode } from '../errcode.ts';
import { checkUrl, post } from '../http.ts';
import { renderMarkdown } from '../markdown/render.ts';
import type { Channel, WeComConfig } from '../port.ts';

/** developer.work.weixin.qq.com, "Group robot": 20 messages a minute for each robot. */
const PACE = { perMinute: 20, burst: 3 };
const LIMITED_MS = 60_000;
/** The same page: at most 4,096 bytes of UTF-8 in `markdown.content`. */
const MAX_CONTENT_BYTES = 4096;

const RULES = {
  vendor: 'WeCom',
  limited: { 45009: LIMITED_MS, 45033: LIMITED_MS },
  final: {
    40008: 'this type of message is not valid',
    40058: 'a parameter is not valid',
    44004: 'the text is empty',
    45002: 'the text is too long',
    93000: 'the key is not valid, or the robot was removed',
  },
};

/** A robot of a WeCom group: it can only post, and signs nothing, so that its address is the secret. */
export function createWeCom(config: WeComConfig, runtime: Runtime): Channel {
  const url = checkUrl(config.name, config.url);
  return {
    name: config.name,
    pace: PACE,
    deliver: async (message, _receipt, signal) => {
      const body = JSON.stringify({ msgtype: 'markdown', markdown: { content: contentOf(message) } });
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      const answer = await post({ url, headers, body, signal }, config);
      if (answer.kind === 'failed') return { kind: 'retry', reason: answer.reason };
      return outcomeByErrcode(answer, runtime.clock, RULES);
    },
  };
}

function contentOf(message: Message): string {
  const content = renderWithin(message, MAX_CONTENT_BYTES, (reduced) => renderMarkdown(reduced, '\n'));
  return cutLines(content, MAX_CONTENT_BYTES);
}

/** Whole lines, as many as have at most `maxBytes` bytes; of a single longer one its beginning. */
export function cutLines(text: string, maxBytes: number): string {
  let kept = '';
  for (const line of text.split('\n')) {
    const more = kept === '' ? line : `${kept}\n${line}`;
    if (Buffer.byteLength(more) > maxBytes) return kept === '' ? cutBytes(line, maxBytes) : kept;
    kept = more;
  }
  return kept;
}

function cutBytes(text: string, maxBytes: number): string {
  let kept = '';
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    kept += character;
  }
  return kept;
}
