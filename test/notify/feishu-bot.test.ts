import { describe, expect, it } from 'vitest';
import { signFeishu } from '../../src/notify/feishu-bot/feishu-bot.ts';
import { escapeLarkMarkdown } from '../../src/notify/feishu-bot/render.ts';
import { createChannel } from '../../src/notify/index.ts';
import { startFeishu } from '../doubles/feishu.ts';
import { aMessage } from '../doubles/incident-story.ts';
import { channelConformance } from './channel-conformance.ts';
import { recordingRuntime } from './recording-runtime.ts';

const SECRET = 'feishu-signing-secret';
const said = (code: number, msg: string, extra = {}) => ({
  status: 200,
  body: JSON.stringify({ code, msg, ...extra }),
});

channelConformance({
  name: 'feishu-bot',
  start: (nowMs) => startFeishu({ nowMs, secret: SECRET }),
  create: (url, runtime, timeoutMs) =>
    createChannel(
      { type: 'feishu-bot', name: 'group', url, secret: SECRET, locale: 'zh', timeoutMs },
      runtime,
    ),
  secrets: [SECRET],
  errorsInBody: [
    [said(11232, 'frequency limited psm'), 'retry'],
    [said(9499, 'too many request'), 'retry'],
    [said(9499, 'Bad Request'), 'permanent'],
    [said(19001, 'param invalid'), 'permanent'],
    [said(19021, 'sign match fail'), 'permanent'],
    [said(19024, 'Key Words Not Found'), 'permanent'],
    [said(19024, 'Key Words Not Found', { StatusCode: 0 }), 'permanent'],
    [said(55001, 'internal error'), 'retry'],
    [{ status: 400, body: '{"code":9499,"msg":"too many request"}' }, 'retry'],
    [{ status: 200, body: '<html>a proxy</html>' }, 'retry'],
    [{ status: 200, body: '{"StatusCode":1}' }, 'retry'],
    [{ status: 200, body: '[]' }, 'retry'],
  ],
  maxBodyBytes: 20 * 1024,
});

describe('a Feishu bot', () => {
  it("signs as the vendor's vector says", () => {
    expect(signFeishu('demo', 1599360473)).toBe('l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=');
  });

  it('takes StatusCode for the answer when there is no code', async () => {
    const runtime = recordingRuntime();
    const receiver = await startFeishu({ nowMs: () => runtime.clock.now() });
    receiver.disturb({ status: 200, body: '{"StatusCode":0,"StatusMessage":"success"}' });
    const config = { type: 'feishu-bot', name: 'group', url: receiver.url, locale: 'en' } as const;
    const channel = createChannel(config, runtime);
    expect(await channel.deliver(aMessage())).toEqual({ kind: 'sent' });
    await channel.deliver(aMessage());
    expect(receiver.accepted[0]).not.toHaveProperty('sign');
    await receiver.close();
  });

  it('is refused with another secret, or a clock that is off by more than an hour', async () => {
    const runtime = recordingRuntime();
    let offMs = 0;
    const receiver = await startFeishu({ nowMs: () => runtime.clock.now() + offMs, secret: SECRET });
    const config = { type: 'feishu-bot', name: 'group', url: receiver.url, locale: 'en' } as const;
    const wrong = createChannel({ ...config, secret: 'another' }, runtime);
    expect(await wrong.deliver(aMessage())).toMatchObject({ kind: 'permanent' });
    offMs = 3_700_000;
    const late = createChannel({ ...config, secret: SECRET }, runtime);
    expect(await late.deliver(aMessage())).toMatchObject({ kind: 'permanent' });
    expect(receiver.accepted).toEqual([]);
    await receiver.close();
  });

  it('escapes what Feishu markup would parse', () => {
    const escaped = escapeLarkMarkdown('<at id=all></at> [a](b) **c**');
    expect(escaped).not.toMatch(/[<>[\]()*]/);
    expect(escaped).toContain('&#60;at id=all&#62;');
  });
});
