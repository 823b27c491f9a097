import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Channel, checkChannel, createChannel, createOutbox } from '../../src/notify/index.ts';
import type { SlackBotConfig } from '../../src/notify/port.ts';
import { type SlackWorkspace, startSlackApi } from '../../src/simulator/vendors/slack-api.ts';
import { openSqliteStore } from '../../src/store/index.ts';
import { expectGolden } from '../doubles/golden.ts';
import { aMessage, anIncident, opened } from '../doubles/incident-story.ts';
import { channelConformance } from './channel-conformance.ts';
import { hostileMessage } from './hostile.ts';
import { type RecordingRuntime, recordingRuntime } from './recording-runtime.ts';

const TOKEN = 'xoxb-0123456789-secrettoken';
const CHANNELS = { alerts: 'C0123ALERTS' };
const config = (apiUrl: string, over: Partial<SlackBotConfig> = {}): SlackBotConfig => ({
  type: 'slack-bot',
  name: 'chat',
  apiUrl,
  token: TOKEN,
  channel: 'alerts',
  locale: 'en',
  timeoutMs: 10_000,
  ...over,
});
const said = (error: string) => ({ status: 200, body: JSON.stringify({ ok: false, error }) });

channelConformance({
  name: 'slack-bot',
  start: (nowMs) => startSlackApi({ nowMs, token: TOKEN, channels: CHANNELS }),
  create: (url, runtime, timeoutMs) => createChannel(config(url, { timeoutMs }), runtime),
  secrets: [TOKEN],
  errorsInBody: [
    ...[
      'invalid_auth',
      'token_revoked',
      'not_in_channel',
      'channel_not_found',
      'is_archived',
      'missing_scope',
    ].map((error) => [said(error), 'permanent'] as const),
    ...['msg_too_long', 'msg_blocks_too_long', 'invalid_blocks'].map(
      (error) => [said(error), 'permanent'] as const,
    ),
    ...['ratelimited', 'internal_error', 'fatal_error', 'service_unavailable', 'a_new_word'].map(
      (error) => [said(error), 'retry'] as const,
    ),
    [{ status: 200, body: '<html>a proxy</html>' }, 'retry'],
    [{ status: 200, body: '{"ok":"true"}' }, 'retry'],
  ],
  maxBodyBytes: 60_000,
});

describe('an incident in a Slack channel', () => {
  let runtime: RecordingRuntime;
  let slack: SlackWorkspace;
  let channel: Channel;

  beforeEach(async () => {
    runtime = recordingRuntime();
    slack = await startSlackApi({ nowMs: () => runtime.clock.now(), token: TOKEN, channels: CHANNELS });
    channel = createChannel(config(slack.url), runtime);
  });
  afterEach(() => slack.close());

  const say = async (
    sequence: number,
    event: Parameters<typeof aMessage>[0] = {},
    receipt?: Readonly<Record<string, string>>,
  ) => {
    const outcome = await channel.deliver(
      aMessage({ sequence, title: `news ${sequence}`, ...event }),
      receipt,
    );
    if (outcome.kind !== 'sent') throw new Error(outcome.reason);
    return outcome.receipt;
  };
  const shown = () => slack.messages().map(({ payload }) => JSON.stringify(payload['text']).slice(1, -1));

  it('gets log lines that came late by an edit alone: nothing is said in its thread', async () => {
    const receipt = await say(1);
    expect(await say(2, { event: 'context', logs: ['03:12 no <route>'] }, receipt)).toEqual(receipt);
    expect(slack.messages().length).toBe(1);
    expect(JSON.stringify(slack.messages()[0].payload)).toContain('no &lt;route&gt;');
    expect(slack.violations).toEqual([]);
  });

  it('is one message that is edited, its thread the timeline', async () => {
    const receipt = await say(1);
    expect(receipt).toEqual({ channel: 'C0123ALERTS', ts: slack.messages()[0].ts });
    expect(await say(2, { event: 'updated' }, receipt)).toEqual(receipt);
    expect(await say(3, { event: 'escalated' }, receipt)).toEqual(receipt);
    expect(await say(4, { event: 'resolved' }, receipt)).toEqual(receipt);
    expect(slack.violations).toEqual([]);
    expect(shown()).toEqual(['news 4', 'news 2', 'news 3', 'news 4']);
    const [root, ...thread] = slack.messages();
    expect(root).toMatchObject({ edits: 3, broadcast: false });
    expect(thread.map(({ threadTs }) => threadTs)).toEqual([root.ts, root.ts, root.ts]);
    // A rise in severity is for the whole channel; the rest for whoever follows.
    expect(thread.map(({ broadcast }) => broadcast)).toEqual([false, true, false]);
    const told = JSON.stringify(
      slack.accepted.map((body) => ({ ...body, thread_ts: body['thread_ts'] && 'TS' })),
      null,
      2,
    );
    expectGolden('notify/slack-bot.thread.json', `${told.replaceAll(root.ts, 'TS')}\n`);
  });

  it('is posted anew when a person has deleted its message', async () => {
    const receipt = await say(1);
    slack.remove(receipt?.['ts'] ?? '');
    const second = await say(2, { event: 'updated' }, receipt);
    expect(second?.['ts']).not.toBe(receipt?.['ts']);
    await say(3, { event: 'resolved' }, second);
    expect(shown()).toEqual(['news 3', 'news 3']);
  });

  it.each(['edit_window_closed', 'cant_update_message', 'message_not_found'])(
    'is posted anew when Slack says %s',
    async (error) => {
      const receipt = await say(1);
      slack.disturb(said(error));
      expect((await say(2, { event: 'updated' }, receipt))?.['ts']).not.toBe(receipt?.['ts']);
    },
  );

  it('is edited once more, not posted, when only its timeline had to wait', async () => {
    const receipt = await say(1);
    // The edit is taken, the reply is not.
    slack.disturb('own', { status: 503, body: '' });
    const news = aMessage({ sequence: 2, event: 'updated' });
    expect(await channel.deliver(news, receipt)).toMatchObject({ kind: 'retry' });
    expect(slack.messages()).toHaveLength(1);
    expect(await channel.deliver(news, receipt)).toMatchObject({ kind: 'sent' });
    expect(slack.messages()).toHaveLength(2);
  });

  it('lets a digest stand alone', async () => {
    expect(await say(1, { event: 'digest' })).toBeUndefined();
    expect(slack.messages()).toHaveLength(1);
  });

  it('makes hostile text inert in edits and in the thread', async () => {
    const receipt = await say(1);
    await channel.deliver({ ...hostileMessage('<!channel> *x*'), event: 'escalated' }, receipt);
    expect(slack.violations).toEqual([]);
  });

  it('is checked by its token, and nobody is disturbed', async () => {
    expect(await checkChannel(config(slack.url), runtime.clock)).not.toHaveProperty('problem');
    expect(await checkChannel(config(slack.url, { token: 'xoxb-other' }), runtime.clock)).toMatchObject({
      problem: 'Slack says invalid_auth',
    });
    expect(slack.messages()).toEqual([]);
    await slack.close();
    const { problem } = await checkChannel(config(slack.url), runtime.clock);
    expect(problem).toContain('ECONNREFUSED');
  });

  it('lives through the outbox, its receipt kept in the store', async () => {
    const store = openSqliteStore({ path: ':memory:' }, runtime);
    const outbox = createOutbox({ channels: [channel], store }, runtime);
    await outbox.start();
    const incident = anIncident();
    const events = ['opened', 'escalated', 'resolved'] as const;
    for (const [index, event] of events.entries()) {
      const sequence = index + 1;
      const message = aMessage({ sequence, event, title: `news ${sequence}` });
      const cause = { ...opened(incident), sequence };
      await store.appendEvent({ ...incident, revision: sequence }, cause, [{ channel: 'chat', message }]);
      outbox.wake();
      await outbox.settled();
      runtime.clock.advance(60_000);
      await outbox.settled();
    }
    expect(shown()).toEqual(['news 3', 'news 2', 'news 3']);
    await outbox.shutdown();
    await store.close();
  });
});

describe("the double of Slack's Web API", () => {
  const runtime = recordingRuntime();
  let slack: SlackWorkspace;
  beforeEach(async () => {
    slack = await startSlackApi({
      nowMs: () => runtime.clock.now(),
      token: TOKEN,
      channels: CHANNELS,
      maxPostsPerSecond: 1,
      maxUpdatesPerMinute: 2,
    });
  });
  afterEach(() => slack.close());

  const call = async (method: string, body: object, token = TOKEN) => {
    const response = await fetch(`${slack.url}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    return {
      status: response.status,
      ...((await response.json()) as { ok: boolean; error?: string; ts?: string }),
    };
  };

  it('holds to the rules of auth, channels, threads, edits and rates', async () => {
    expect(await call('chat.postMessage', { channel: 'alerts', text: 'a' }, 'x')).toMatchObject({
      error: 'invalid_auth',
    });
    expect(await call('chat.postMessage', { channel: 'other', text: 'a' })).toMatchObject({
      error: 'channel_not_found',
    });
    const { ts } = await call('chat.postMessage', { channel: 'alerts', text: 'a' });
    expect(await call('chat.postMessage', { channel: 'alerts', text: 'a' })).toMatchObject({
      status: 429,
      error: 'ratelimited',
    });
    runtime.clock.advance(1000);
    expect(await call('chat.postMessage', { channel: 'alerts', text: 'a', thread_ts: '1.2' })).toMatchObject({
      error: 'thread_not_found',
    });
    expect(await call('chat.update', { channel: 'alerts', ts, text: 'b' })).toMatchObject({
      error: 'channel_not_found',
    });
    expect(await call('chat.update', { channel: CHANNELS.alerts, ts, text: 'b', blocks: [] })).toMatchObject({
      ok: true,
    });
    expect(await call('chat.update', { channel: CHANNELS.alerts, ts: '1.2', text: 'b' })).toMatchObject({
      error: 'message_not_found',
    });
    expect(await call('chat.update', { channel: CHANNELS.alerts, ts, text: 'b' })).toMatchObject({
      status: 429,
    });
  });
});
