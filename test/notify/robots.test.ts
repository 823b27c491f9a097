import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createChannel } from '../../src/notify/index.ts';
import { bounded } from '../../src/notify/bounded-message.ts';
import { signDingTalk } from '../../src/notify/dingtalk/dingtalk.ts';
import { inertMarkdown } from '../../src/notify/markdown/inert.ts';
import { renderMarkdown } from '../../src/notify/markdown/render.ts';
import { cutLines } from '../../src/notify/wecom/wecom.ts';
import { brokenMarkdown } from '../../src/simulator/vendors/markdown-rules.ts';
import { startDingTalk, startWeCom } from '../../src/simulator/vendors/robots.ts';
import { startTeams } from '../../src/simulator/vendors/teams.ts';
import { aMessage } from '../doubles/incident-story.ts';
import { channelConformance } from './channel-conformance.ts';
import { HOSTILE_TEXTS, hostileMessage } from './hostile.ts';
import { recordingRuntime } from './recording-runtime.ts';

const SECRET = 'SECdemo0123456789';
const errcode = (code: number) => ({ status: 200, body: JSON.stringify({ errcode: code, errmsg: 'x' }) });
const proxy = { status: 200, body: '<html>a proxy</html>' };

channelConformance({
  name: 'dingtalk',
  start: (nowMs) => startDingTalk({ nowMs, secret: SECRET }),
  create: (url, runtime, timeoutMs) =>
    createChannel({ type: 'dingtalk', name: 'chat', url, secret: SECRET, locale: 'en', timeoutMs }, runtime),
  secrets: [SECRET, 'dingtalkhooktoken'],
  errorsInBody: [
    [errcode(130101), 'retry'],
    [errcode(-1), 'retry'],
    [errcode(310000), 'permanent'],
    [errcode(400101), 'permanent'],
    [errcode(430101), 'permanent'],
    [proxy, 'retry'],
  ],
  maxBodyBytes: 20_000,
});

channelConformance({
  name: 'wecom',
  start: (nowMs) => startWeCom({ nowMs }),
  create: (url, runtime, timeoutMs) =>
    createChannel({ type: 'wecom', name: 'chat', url, locale: 'en', timeoutMs }, runtime),
  secrets: ['wecomhookkey'],
  errorsInBody: [
    [errcode(45009), 'retry'],
    [errcode(-1), 'retry'],
    [errcode(93000), 'permanent'],
    [errcode(40058), 'permanent'],
    [errcode(45002), 'permanent'],
    [proxy, 'retry'],
  ],
  maxBodyBytes: 8192,
});

channelConformance({
  name: 'teams',
  start: (nowMs) => startTeams({ nowMs }),
  create: (url, runtime, timeoutMs) =>
    createChannel({ type: 'teams', name: 'chat', url, locale: 'en', timeoutMs }, runtime),
  secrets: ['teamshooksignature', 'teamshookid'],
  errorsInBody: [[{ status: 413, body: '' }, 'permanent']],
  maxBodyBytes: 28_672,
});

describe('DingTalk', () => {
  it('is signed as its guide says', () => {
    expect(encodeURIComponent(signDingTalk('SECdemo', 1_700_000_000_000))).toBe(
      'lOvVf9TQCVugV68mGbSZCg0gzOl1SVjxWi1MyVZCUuA%3D',
    );
  });

  it('is left alone for the ten minutes that it is mute', async () => {
    const runtime = recordingRuntime();
    const robot = await startDingTalk({ nowMs: () => runtime.clock.now(), limited: true });
    const channel = createChannel({ type: 'dingtalk', name: 'chat', url: robot.url, locale: 'en' }, runtime);
    for (let i = 0; i < 20; i++) await channel.deliver(aMessage());
    expect(await channel.deliver(aMessage())).toMatchObject({ kind: 'retry', afterMs: 600_000 });
    await robot.close();
  });
});

describe('text in Markdown', () => {
  it.each(HOSTILE_TEXTS)('%j is inert', (text) => {
    expect(brokenMarkdown(inertMarkdown(text.replace(/\n/g, ' ')))).toEqual([]);
  });

  it.each([
    ['cart_service', 'cart_service'],
    ['POST /checkout', 'POST /checkout'],
    ['payment → redis', 'payment → redis'],
    ['_it_', '＿it＿'],
    ['# heading', '\u200a＃ heading'],
    ['1. one', '1． one'],
    ['http://evil.example', 'http：／／evil.example'],
    ['6.6% of traffic', '6.6% of traffic'],
    ['6.', '6．'],
  ])('%j reads %j', (text, shown) => expect(inertMarkdown(text)).toBe(shown));

  it('of any making stays text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const shown = renderMarkdown(bounded(hostileMessage(text)), '\n');
        expect(brokenMarkdown(shown)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('the double notices what is not ours', () => {
    const bad = [
      '[a](http://evil.example)',
      '<@all>',
      'x *b* y',
      '`c`',
      '# h # x\n> q',
      '@all',
      'see http://x.y',
      '_i_',
    ];
    for (const text of bad) expect(brokenMarkdown(text), text).not.toEqual([]);
    expect(brokenMarkdown('### title\n**Hit**: 3\n- a_b\n[Slow trace](http://jaeger/trace/1)')).toEqual([]);
  });
});

describe('lines within bytes', () => {
  it('are whole, and never a broken character', () => {
    expect(cutLines('ab\ncd\nef', 5)).toBe('ab\ncd');
    expect(cutLines('路路路', 7)).toBe('路路');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 4, max: 40 }), (text, max) => {
        const cut = cutLines(text, max);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(max);
        expect(text.startsWith(cut)).toBe(true);
      }),
    );
  });
});
