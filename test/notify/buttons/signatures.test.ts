import { describe, expect, it } from 'vitest';
import { decryptFeishu } from '../../../src/notify/buttons/feishu-crypto.ts';
import { Seen } from '../../../src/notify/buttons/seen.ts';
import { isSlackSigned } from '../../../src/notify/buttons/slack-signature.ts';

/** docs.slack.dev, "Verifying requests from Slack": the page's own example. */
const SLACK = {
  secret: '8f742231b10e8888abcd99yyyzzz85a5',
  timestamp: '1531420618',
  body: Buffer.from(
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  ),
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
};
const AT = Number(SLACK.timestamp) * 1000;

describe("Slack's signature", () => {
  it('is that of its documentation', () => {
    expect(isSlackSigned(SLACK, SLACK.secret, AT)).toBe(true);
  });

  it.each([
    ['another secret', SLACK, 'other', AT],
    ['another body', { ...SLACK, body: Buffer.from('x') }, SLACK.secret, AT],
    ['no signature', { ...SLACK, signature: '' }, SLACK.secret, AT],
    ['a cut one', { ...SLACK, signature: SLACK.signature.slice(0, -1) }, SLACK.secret, AT],
    ['no time', { ...SLACK, timestamp: '' }, SLACK.secret, AT],
    ['a time that is none', { ...SLACK, timestamp: '1531420618.0' }, SLACK.secret, AT],
    ['too late', SLACK, SLACK.secret, AT + 300_001],
    ['too early', SLACK, SLACK.secret, AT - 300_001],
  ])('is refused with %s', (_, request, secret, nowMs) => {
    expect(isSlackSigned(request, secret, nowMs)).toBe(false);
  });

  it('holds for five minutes', () => {
    expect(isSlackSigned(SLACK, SLACK.secret, AT + 300_000)).toBe(true);
  });
});

describe("Feishu's encryption", () => {
  it('is that of its documentation', () => {
    expect(decryptFeishu('P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=', 'test key')).toBe('hello world');
  });

  it.each(['', 'AAAA', 'not base64 at all', 'P37w+VZImNgPEO1RBhJ6Rg=='])('is not found in %j', (text) => {
    expect(decryptFeishu(text, 'test key')).toBeUndefined();
  });

  it('is not opened by another key', () => {
    expect(decryptFeishu('P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=', 'other')).not.toBe('hello world');
  });
});

describe('what was seen', () => {
  it('is new once within the window, and again after it', () => {
    const seen = new Seen(1000);
    expect(seen.first('a', 0)).toBe(true);
    expect(seen.first('a', 999)).toBe(false);
    expect(seen.first('a', 1001)).toBe(true);
  });

  it('stays bounded', () => {
    const seen = new Seen(1e9);
    for (let i = 0; i < 10_001; i++) seen.first(String(i), i);
    expect(seen.first('10000', 10_001)).toBe(false);
    expect(seen.first('0', 10_002)).toBe(true);
  });
});
