import { describe, expect, it } from 'vitest';
import type { BlindNews } from '../../src/domain/blind.ts';
import { composeBlindMessage, renderTerminal } from '../../src/messages/index.ts';
import { renderFeishuCard } from '../../src/notify/feishu-bot/render.ts';
import { renderSlack } from '../../src/notify/slack-webhook/render.ts';
import { toCloudEvent } from '../../src/notify/webhook/cloud-event.ts';
import { expectGolden } from '../doubles/golden.ts';

const SINCE = Date.UTC(2026, 2, 7, 3, 12, 5);
const SOURCE: BlindNews = {
  type: 'blind',
  spell: { id: 'blind:source:otlp:1772853125', kind: 'source', names: ['otlp'], sinceMs: SINCE },
  atMs: SINCE + 65_000,
};
const SERVICES: BlindNews = {
  type: 'blind',
  spell: {
    id: 'blind:services:1772853300',
    kind: 'service',
    names: ['prod/shop/cart', 'mail', 'payment', 'stock <script>\u202e', 'zoo'],
    sinceMs: SINCE,
  },
  atMs: SINCE + 200_000,
};
const over = (news: BlindNews): BlindNews => ({ ...news, type: 'over', atMs: news.atMs + 600_000 });

describe('a message about silence', () => {
  it.each([
    ['source', SOURCE],
    ['services', SERVICES],
  ])('reads in the terminal as it should: %s', (name, news) => {
    const text = (['en', 'zh'] as const).flatMap((locale) =>
      [news, over(news)].map((one) => renderTerminal(composeBlindMessage(one, locale), { color: false })),
    );
    expectGolden(`messages/blind-${name}.txt`, text.join('\n'));
  });

  it('is in every chat what it is: its own lane, no suspects, texts inert', () => {
    const message = composeBlindMessage(SERVICES, 'en');
    expect(message).toMatchObject({
      id: 'blind:services:1772853300-1',
      event: 'blind',
      severity: 'P2',
      suspects: [],
    });
    expect(composeBlindMessage(SOURCE, 'en').severity).toBe('P1');
    expect(composeBlindMessage(SOURCE, 'zh', 'http://spanwatch/status').links).toEqual([
      { label: '状态', url: 'http://spanwatch/status' },
    ]);
    expect(JSON.stringify(renderSlack(message))).toContain('&lt;script&gt;');
    expect(JSON.stringify(renderFeishuCard(message))).toContain('mail');
    expect(toCloudEvent(message)).toMatchObject({
      type: 'io.spanwatch.silence.blind.v1',
      subject: 'blind:services:1772853300',
    });
    expect(message.facts.at(-1)?.value).not.toContain('\u202e');
  });
});
