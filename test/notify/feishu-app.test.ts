import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Channel, checkChannel, createChannel } from '../../src/notify/index.ts';
import type { FeishuAppConfig, Receipt } from '../../src/notify/port.ts';
import { type FeishuTenant, startFeishuApp } from '../../src/simulator/vendors/feishu-app.ts';
import { aMessage } from '../doubles/incident-story.ts';
import { channelConformance } from './channel-conformance.ts';
import { type RecordingRuntime, recordingRuntime } from './recording-runtime.ts';

const APP = { appId: 'cli_a1', appSecret: 'feishu-app-secret', chatId: 'oc_1' };
const config = (baseUrl: string, over: Partial<FeishuAppConfig> = {}): FeishuAppConfig => ({
  type: 'feishu-app',
  name: 'chat',
  baseUrl,
  ...APP,
  locale: 'en',
  timeoutMs: 10_000,
  ...over,
});
const said = (code: number, status = 400) => ({ status, body: JSON.stringify({ code, msg: 'x' }) });

channelConformance({
  name: 'feishu-app',
  start: (nowMs) => startFeishuApp({ nowMs, ...APP }),
  create: (url, runtime, timeoutMs) => createChannel(config(url, { timeoutMs }), runtime),
  secrets: [APP.appSecret, 't-tenanttoken1'],
  errorsInBody: [
    [said(230020), 'retry'],
    [said(99991400), 'retry'],
    [said(1_234_567), 'retry'],
    [said(10_014), 'permanent'],
    [said(230_002), 'permanent'],
    [said(230_027), 'permanent'],
    [said(230_099, 200), 'permanent'],
    [{ status: 200, body: '<html>a proxy</html>' }, 'retry'],
  ],
  maxBodyBytes: 70_000,
});

describe('an incident in a Feishu group', () => {
  let runtime: RecordingRuntime;
  let feishu: FeishuTenant;
  let channel: Channel;

  beforeEach(async () => {
    runtime = recordingRuntime();
    feishu = await startFeishuApp({ nowMs: () => runtime.clock.now(), ...APP });
    channel = createChannel(config(feishu.url), runtime);
  });
  afterEach(() => feishu.close());

  const say = async (sequence: number, over: Parameters<typeof aMessage>[0], receipt?: Receipt) => {
    const outcome = await channel.deliver(
      aMessage({ sequence, title: `news ${sequence}`, ...over }),
      receipt,
    );
    if (outcome.kind !== 'sent') throw new Error(outcome.reason);
    return outcome.receipt;
  };
  const titles = () => feishu.messages().map(({ card }) => /news \d/.exec(JSON.stringify(card))?.[0]);

  it('gets log lines that came late on its card alone: nothing is said in its thread', async () => {
    const receipt = await say(1, {});
    expect(await say(2, { event: 'context', logs: ['no route'] }, receipt)).toEqual(receipt);
    expect(feishu.messages().length).toBe(1);
    expect(JSON.stringify(feishu.messages()[0].card)).toContain('no route');
    expect(feishu.violations).toEqual([]);
  });

  it('is one card that is changed, its thread the timeline', async () => {
    const receipt = await say(1, {});
    expect(receipt).toEqual({ message_id: 'om_000001' });
    await say(2, { event: 'escalated' }, receipt);
    expect(await say(3, { event: 'resolved' }, receipt)).toEqual(receipt);
    expect(feishu.violations).toEqual([]);
    expect(titles()).toEqual(['news 3', 'news 2', 'news 3']);
    expect(feishu.messages().map(({ parent }) => parent)).toEqual([undefined, 'om_000001', 'om_000001']);
    expect(feishu.messages()[0].edits).toBe(2);
    expect(feishu.tokensIssued()).toBe(1);
  });

  it('is one message when it is sent twice, by its uuid', async () => {
    await say(1, {});
    await say(1, {});
    expect(feishu.messages()).toHaveLength(1);
  });

  it('is sent anew when its card was recalled, or is too old', async () => {
    const first = await say(1, {});
    feishu.recall('om_000001');
    const second = await say(2, { event: 'updated' }, first);
    expect(second).toEqual({ message_id: 'om_000002' });
    runtime.clock.advance(15 * 24 * 3_600_000);
    expect(await say(3, { event: 'resolved' }, second)).toEqual({ message_id: 'om_000003' });
    expect(feishu.violations).toEqual([]);
  });

  it('gets a new token before the old one ends, and when it was revoked', async () => {
    const receipt = await say(1, {});
    runtime.clock.advance(7_000_000);
    await say(2, { event: 'updated' }, receipt);
    expect(feishu.tokensIssued()).toBe(2);
    feishu.revokeTokens();
    await say(3, { event: 'updated' }, receipt);
    expect(feishu.tokensIssued()).toBe(3);
    expect(titles()[0]).toBe('news 3');
  });

  it('asks for a token once more, not for ever', async () => {
    await say(1, {});
    feishu.disturb(said(99991663), 'own', said(99991663));
    expect(await channel.deliver(aMessage({ sequence: 2 }))).toMatchObject({ kind: 'retry' });
  });

  it('is checked by its token, and nobody is disturbed', async () => {
    expect(await checkChannel(config(feishu.url), runtime.clock)).not.toHaveProperty('problem');
    expect(await checkChannel(config(feishu.url, { appSecret: 'wrong' }), runtime.clock)).toMatchObject({
      problem: 'Feishu says 10014: the app secret is not valid',
    });
    expect(feishu.messages()).toEqual([]);
  });
});
