import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { judgeFeishu } from './feishu.ts';
import { judgeSlack } from './slack.ts';
import { judgeWebhook } from './webhook-receiver.ts';

const NOW = Date.UTC(2026, 2, 7);

/** That the doubles would notice: a rule that nothing can break protects nobody. */
describe("Slack's double", () => {
  const post = (payload: unknown, path = '/services/T00000000/B00000000/slackwebhooktoken') =>
    judgeSlack({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body: typeof payload === 'string' ? payload : JSON.stringify(payload),
    });
  const section = (text: string, type = 'plain_text') => ({ type: 'section', text: { type, text } });

  it('takes a plain message', () => {
    const verdict = post({ text: 'hi', blocks: [section('hi &amp; bye')] });
    expect(verdict.answer).toMatchObject({ status: 200, body: 'ok' });
    expect(verdict.violations).toEqual([]);
  });

  it.each([
    ['no JSON', 'text', 400, 'invalid_payload'],
    ['no text', { blocks: [] }, 400, 'no_text'],
    [
      '51 blocks',
      { text: 'a', blocks: Array.from({ length: 51 }, () => section('a')) },
      400,
      'invalid_blocks',
    ],
    ['a long section', { text: 'a', blocks: [section('a'.repeat(3001))] }, 400, 'invalid_blocks'],
    ['an empty section', { text: 'a', blocks: [section('')] }, 400, 'invalid_blocks'],
    [
      'a long header',
      { text: 'a', blocks: [{ type: 'header', text: { type: 'plain_text', text: 'a'.repeat(151) } }] },
      400,
      'invalid_blocks',
    ],
    [
      'too much in all',
      { text: 'a', blocks: Array.from({ length: 5 }, () => section('a'.repeat(2900))) },
      400,
      'msg_blocks_too_long',
    ],
  ])('refuses %s', (_, payload, status, body) => {
    expect(post(payload).answer).toMatchObject({ status, body });
    expect(post(payload).violations).not.toEqual([]);
  });

  it('refuses another address', () => {
    expect(post({ text: 'a' }, '/services/other').answer.status).toBe(404);
  });

  it.each(['<!channel>', '<@U012>', '<#C012>', 'a < b', 'fish & chips', '*bold*', '_it_'])(
    'notices %j',
    (text) => {
      expect(post({ text }).violations).not.toEqual([]);
    },
  );

  it('notices a mention inside of a block, and a link where links are not ours', () => {
    expect(post({ text: 'a', blocks: [section('<!here>')] }).violations).not.toEqual([]);
    expect(post({ text: 'a', blocks: [section('<http://x|y>')] }).violations).not.toEqual([]);
  });
});

describe("Feishu's double", () => {
  const card = (content = 'hi', tag = 'plain_text') => ({
    header: { title: { tag: 'plain_text', content: 'title' } },
    elements: [{ tag: 'div', text: { tag, content } }],
  });
  const post = (payload: unknown, options: { secret?: string; keywords?: string[] } = {}) =>
    judgeFeishu(
      {
        method: 'POST',
        path: '/open-apis/bot/v2/hook/feishuhooktoken',
        headers: {},
        body: typeof payload === 'string' ? payload : JSON.stringify(payload),
      },
      { nowMs: () => NOW, ...options },
    );
  const signed = (secret: string, atMs: number) => {
    const timestamp = String(Math.floor(atMs / 1000));
    const sign = createHmac('sha256', `${timestamp}\n${secret}`).digest('base64');
    return { timestamp, sign, msg_type: 'interactive', card: card() };
  };

  it('takes a card, and a signed one', () => {
    expect(post({ msg_type: 'interactive', card: card() })).toMatchObject({ violations: [] });
    expect(post(signed('s', NOW), { secret: 's' }).answer.body).toContain('"code":0');
  });

  it.each([
    ['bytes that are no JSON', 'x', {}, 9499],
    ['no card', { msg_type: 'interactive' }, {}, 19002],
    ['no elements', { msg_type: 'interactive', card: { ...card(), elements: [] } }, {}, 19002],
    ['no signature', { msg_type: 'interactive', card: card() }, { secret: 's' }, 19021],
    ["another's signature", signed('t', NOW), { secret: 's' }, 19021],
    ['an old signature', signed('s', NOW - 3_700_000), { secret: 's' }, 19021],
    ['no keyword', { msg_type: 'interactive', card: card() }, { keywords: ['alert'] }, 19024],
    ['too much', { msg_type: 'interactive', card: card('路'.repeat(7000)) }, {}, 19036],
  ])('refuses %s, with HTTP 200', (_, payload, options, code) => {
    const { answer, accepted } = post(payload, options);
    expect(answer.status).toBe(200);
    expect(answer.body).toContain(`"code":${code}`);
    expect(accepted).toBeUndefined();
  });

  it.each(['<at id=all></at>', '[a](http://b)', '<font color=red>'])('notices %j in markup', (text) => {
    expect(post({ msg_type: 'interactive', card: card(text, 'lark_md') }).violations).not.toEqual([]);
    expect(post({ msg_type: 'interactive', card: card(text) }).violations).toEqual([]);
  });
});

describe("the webhook receiver's double", () => {
  const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
  const event = {
    specversion: '1.0',
    id: 'm1',
    source: '/s',
    type: 'io.spanwatch.incident.opened.v1',
    time: new Date(NOW).toISOString(),
    data: {},
  };
  const post = (
    over: { event?: object; key?: Buffer; at?: number; headers?: Record<string, string> } = {},
  ) => {
    const body = JSON.stringify({ ...event, ...over.event });
    const timestamp = String((over.at ?? NOW) / 1000);
    const signature = createHmac('sha256', over.key ?? Buffer.alloc(24, 1))
      .update(`m1.${timestamp}.${body}`)
      .digest('base64');
    const headers = {
      'content-type': 'application/cloudevents+json',
      'webhook-id': 'm1',
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
      ...over.headers,
    };
    const request = { method: 'POST', path: '/hooks/webhooktoken', headers, body };
    return judgeWebhook(request, { nowMs: () => NOW, secret }).answer.status;
  };

  it('takes what is signed and an event', () => expect(post()).toBe(204));

  it.each([
    ['a wrong key', { key: Buffer.alloc(24, 2) }, 401],
    ['an old time', { at: NOW - 301_000 }, 401],
    ['another type of content', { headers: { 'content-type': 'application/json' } }, 415],
    ['an id that is not the header', { event: { id: 'm2' } }, 400],
    ['another type of event', { event: { type: 'com.example' } }, 400],
    ['no data', { event: { data: null } }, 400],
    ['too much', { event: { data: { x: 'a'.repeat(20_000) } } }, 413],
  ])('refuses %s', (_, over, status) => expect(post(over)).toBe(status));
});
