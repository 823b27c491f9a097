import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createChannel } from '../../src/notify/index.ts';
import { escapeSlack, escapeSlackMarkup } from '../../src/notify/slack-webhook/escape.ts';
import { renderSlack } from '../../src/notify/slack-webhook/render.ts';
import { aMessage } from '../doubles/incident-story.ts';
import { judgeSlack, startSlack } from '../doubles/slack.ts';
import { channelConformance } from './channel-conformance.ts';
import { hostileMessage } from './hostile.ts';

channelConformance({
  name: 'slack-webhook',
  start: (nowMs) => startSlack({ nowMs }),
  create: (url, runtime, timeoutMs) =>
    createChannel({ type: 'slack-webhook', name: 'chat', url, locale: 'en', timeoutMs }, runtime),
  secrets: [],
  errorsInBody: [
    [{ status: 200, body: 'invalid_token' }, 'permanent'],
    [{ status: 200, body: '<html>a proxy</html>' }, 'retry'],
    [{ status: 404, body: 'no_service' }, 'permanent'],
    [{ status: 410, body: 'channel_is_archived' }, 'permanent'],
    [{ status: 500, body: 'rollup_error' }, 'retry'],
  ],
  maxBodyBytes: 60_000,
});

describe('escaping for Slack', () => {
  it.each([
    ['<!channel> & co', '&lt;!channel&gt; &amp; co'],
    ['&lt;', '&amp;lt;'],
  ])('%s', (text, escaped) => expect(escapeSlack(text, 100)).toBe(escaped));

  it('cuts outside of entities and pairs, never beyond the limit', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('&', '<', 'a', '\u{1f525}') }),
        fc.integer({ min: 6, max: 40 }),
        (text, max) => {
          const escaped = escapeSlack(text, max);
          expect(escaped.length).toBeLessThanOrEqual(max);
          expect(escaped).not.toMatch(/&(?!(amp|lt|gt);)/);
          expect(escaped.isWellFormed()).toBe(true);
        },
      ),
    );
  });

  it('keeps markup from pairing where Slack parses it', () => {
    expect(escapeSlackMarkup('*a* http://x.y', 100)).toBe(
      '*\u200ba*\u200b http:\u200b/\u200b/\u200bx.\u200by',
    );
  });

  it('lets no text of any making break a rule', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const request = {
          method: 'POST',
          path: '/services/T00000000/B00000000/slackwebhooktoken',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(renderSlack(hostileMessage(text))),
        };
        expect(judgeSlack(request).violations).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a message in Slack', () => {
  it('names the owner, the last of eight facts, and tells the traces of a second pair apart', () => {
    const facts = Array.from({ length: 8 }, (_, index) => ({ label: `L${index + 1}`, value: 'v' }));
    const traces = (['slow', 'typical', 'slow', 'typical'] as const).map((role, index) => ({
      ...{ role, traceId: String(index) },
      url: `https://jaeger.example/trace/${index}`,
    }));
    const shown = JSON.stringify(renderSlack(aMessage({ facts, traces })));
    expect(shown).toContain('L8');
    for (const [index, label] of ['Slow trace', 'Typical trace', 'Slow trace 2', 'Typical trace 2'].entries())
      expect(shown).toContain(`/trace/${index}|${label}>`);
  });
});
