import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCommandDesk } from '../../src/app/command-desk.ts';
import { createPressButton } from '../../src/app/press-button.ts';
import { createSilences, type Silences } from '../../src/app/silences.ts';
import { DEFAULT_INCIDENT_OPTIONS, foldEvent, IncidentKeeper } from '../../src/incident/index.ts';
import type { HttpServer } from '../../src/http/index.ts';
import { createCallbacks, createChannel } from '../../src/notify/index.ts';
import type { FeishuAppConfig, SlackBotConfig } from '../../src/notify/port.ts';
import { type FeishuTenant, startFeishuApp } from '../../src/simulator/vendors/feishu-app.ts';
import { type SlackWorkspace, startSlackApi } from '../../src/simulator/vendors/slack-api.ts';
import { createMetrics } from '../../src/runtime/index.ts';
import { openSqliteStore, type Store } from '../../src/store/index.ts';
import { feishuButton, feishuChallenge, feishuPress, feishuSigned } from '../doubles/feishu-buttons.ts';
import { aMessage, anIncident, OPENED_AT, opened, resolved } from '../doubles/incident-story.ts';
import { send, slackButton, slackHeaders, slackPress } from '../doubles/slack-buttons.ts';
import { createTestServer } from '../http/test-server.ts';
import { type RecordingRuntime, recordingRuntime } from '../notify/recording-runtime.ts';
import { until } from '../system/service.ts';

const SLACK_SECRET = 'slack-signing-secret';
const FEISHU = {
  appId: 'cli_a1',
  verificationToken: 'feishu-verification',
  encryptKey: 'feishu-encrypt-key',
};
const ID = anIncident().id;

/** A server as a proxy sees it, with a token that vendors do not have, over a real store. */
interface Stage {
  readonly server: HttpServer;
  readonly store: Store;
  readonly silences: Silences;
  readonly keeper: IncidentKeeper;
}
let runtime: RecordingRuntime;
let slack: SlackWorkspace;
let feishu: FeishuTenant;
let stage: Stage;

const slackConfig = (over: Partial<SlackBotConfig> = {}): SlackBotConfig => ({
  ...{ type: 'slack-bot', name: 'on-call', locale: 'en', apiUrl: slack.url, token: 'xoxb-1', channel: 'C1' },
  ...{ signingSecret: SLACK_SECRET, appId: 'A0001' },
  ...over,
});
const feishuConfig = (over: Partial<FeishuAppConfig> = {}): FeishuAppConfig => ({
  ...{ type: 'feishu-app', name: 'group', locale: 'zh', baseUrl: feishu.url, chatId: 'oc_1', appSecret: 's' },
  ...FEISHU,
  ...over,
});

async function startStage(): Promise<Stage> {
  const { clock } = runtime;
  const store = openSqliteStore({ path: ':memory:' }, runtime);
  let tail: Promise<unknown> = Promise.resolve();
  const keeper = new IncidentKeeper(DEFAULT_INCIDENT_OPTIONS, (incident, event) => {
    tail = tail.then(() => store.appendEvent(incident, event, []));
  });
  const first = opened(anIncident());
  await store.appendEvent(foldEvent(undefined, first), first, []);
  keeper.adopt([foldEvent(undefined, first)]);
  const command = createCommandDesk({
    ...{ store, clock, nowMs: () => clock.now(), written: () => tail.then(() => undefined) },
    apply: (one, stored) => keeper.command(one, stored),
  });
  const silences = createSilences(store.silences, runtime, () => undefined);
  await silences.start();
  const press = createPressButton({
    ...{ command, silences, incidents: store, logger: runtime.logger },
    nowMs: () => clock.now(),
  });
  const callbacks = createCallbacks([slackConfig(), feishuConfig()], press, runtime);
  const server = createTestServer({ token: 'a-token-of-at-least-twenty' }, { callbacks }, runtime);
  await server.start();
  return { server, store, silences, keeper };
}

beforeEach(async () => {
  runtime = recordingRuntime();
  runtime.clock.advance(OPENED_AT + 60_000 - runtime.clock.now());
  const nowMs = () => runtime.clock.now();
  slack = await startSlackApi({ nowMs, token: 'xoxb-1', channels: { alerts: 'C1' } });
  feishu = await startFeishuApp({ nowMs, appId: FEISHU.appId, appSecret: 's', chatId: 'oc_1' });
  stage = await startStage();
});
afterEach(async () => {
  await stage.server.shutdown();
  await stage.silences.shutdown();
  await stage.store.close();
  await slack.close();
  await feishu.close();
});

async function resolveIt(): Promise<void> {
  const before = await stage.store.incident(ID);
  const last = resolved(before ?? anIncident(), 2, OPENED_AT + 30_000);
  await stage.store.appendEvent(foldEvent(before, last), last, []);
  stage.keeper.adopt([]);
  stage.keeper.command({ type: 'resolve', incidentId: ID, by: 'x', at: OPENED_AT + 30_000 });
}
const incident = () => stage.store.incident(ID);

describe('buttons under a Slack message', () => {
  const ANN = { id: 'U01', username: 'ann' };
  const urlOf = (): string => `${stage.server.url}/callbacks/on-call`;
  const posted = async (over: Parameters<typeof aMessage>[0] = {}) => {
    const outcome = await createChannel(slackConfig(), runtime).deliver(
      aMessage({ incidentId: ID, ...over }),
    );
    expect(outcome.kind).toBe('sent');
    expect(slack.violations).toEqual([]);
    return slack.messages()[slack.messages().length - 1];
  };
  const pressing = (over: object = {}) => ({
    ...{ requestUrl: urlOf(), signingSecret: SLACK_SECRET, appId: 'A0001', user: ANN },
    ...{ nowMs: runtime.clock.now(), responseUrl: slack.responseUrl() },
    ...over,
  });
  const press = async (label: string, over: object = {}) => {
    const message = await posted();
    return send(urlOf(), slackPress(message, slackButton(message, label), pressing(over)));
  };
  const told = async (count: number) => {
    await until('the answers', () => slack.responses().length >= count);
    return slack.responses().map(({ text }) => text);
  };

  it('acknowledge: it is on the incident who did, and told to whoever pressed', async () => {
    expect(await press('Acknowledge')).toEqual({ status: 200, text: '' });
    expect(await told(1)).toEqual(['You are on it.']);
    expect(await incident()).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'ann (Slack U01)' });
    expect(slack.responses()[0]).toMatchObject({ response_type: 'ephemeral', replace_original: false });
  });

  it('pressing twice is one event', async () => {
    await press('Acknowledge');
    await told(1);
    runtime.clock.advance(2_000);
    await press('Acknowledge');
    expect(await told(2)).toEqual(['You are on it.', 'You are on it.']);
    expect(await stage.store.events(ID)).toHaveLength(2);
  });

  it('not an anomaly: feedback by whoever pressed, also when it is over', async () => {
    await resolveIt();
    const message = await posted({ event: 'resolved' });
    expect(() => slackButton(message, 'Acknowledge')).toThrow('no button');
    await send(urlOf(), slackPress(message, slackButton(message, 'Not an anomaly'), pressing()));
    await told(1);
    expect((await incident())?.feedback).toMatchObject([
      { by: 'ann (Slack U01)', verdict: 'not-an-anomaly' },
    ]);
  });

  it('silence for an hour: once, however many press, and noted with the incident', async () => {
    const message = await posted();
    const button = slackButton(message, 'Silence for 1 h');
    const bob = { id: 'U02', username: 'bob' };
    await Promise.all([
      send(urlOf(), slackPress(message, button, pressing())),
      send(urlOf(), slackPress(message, button, pressing({ user: bob }))),
    ]);
    const texts = await told(2);
    expect(texts.toSorted()).toEqual([
      'It is silenced already, until 2026-03-07 04:14:15 UTC.',
      'Silenced until 2026-03-07 04:14:15 UTC.',
    ]);
    const [silence, ...others] = await stage.silences.list('active');
    expect(others).toEqual([]);
    expect(silence.matchers).toEqual([{ name: 'service', operator: '=', value: 'payment' }]);
    expect(silence.endsAt).toBe(runtime.clock.now() + 3_600_000);
    expect((await incident())?.notes).toMatchObject([{ by: silence.createdBy }]);
    runtime.clock.advance(3_600_000);
    expect(await stage.silences.list('active')).toEqual([]);
  });

  it.each(['Acknowledge', 'Silence for 1 h'])('%s: of one that is over, only that is told', async (label) => {
    const message = await posted();
    await resolveIt();
    await send(urlOf(), slackPress(message, slackButton(message, label), pressing()));
    expect(await told(1)).toEqual(['This incident is over.']);
    expect(await stage.silences.list()).toEqual([]);
    expect((await incident())?.acknowledgedBy).toBeUndefined();
  });

  it('of an incident that is not kept, only that is told', async () => {
    const message = await posted({ incidentId: 'gone' });
    for (const label of ['Acknowledge', 'Not an anomaly', 'Silence for 1 h']) {
      await send(urlOf(), slackPress(message, slackButton(message, label), pressing()));
    }
    expect(await told(3)).toEqual(Array(3).fill('This incident is not kept any more.'));
  });

  it.each([
    ['a wrong signature', { signingSecret: 'another' }, 401],
    ['a time of six minutes ago', { nowMs: OPENED_AT - 300_000 }, 401],
    ['a time to come', { nowMs: OPENED_AT + 400_000 }, 401],
    ['another app', { appId: 'A0002' }, 403],
  ])('%s is refused, and nothing happens', async (_, over, status) => {
    const answer = await press('Acknowledge', over);
    expect(answer.status).toBe(status);
    expect(answer.text).not.toContain(SLACK_SECRET);
    expect((await incident())?.state).toBe('open');
    expect(slack.responses()).toEqual([]);
  });

  it('a copy of a signed request does nothing', async () => {
    const message = await posted();
    const signed = slackPress(message, slackButton(message, 'Silence for 1 h'), pressing());
    await send(urlOf(), signed);
    await told(1);
    for (const { id } of await stage.silences.list()) await stage.silences.expire(id, 'ann');
    expect((await send(urlOf(), signed)).status).toBe(200);
    expect(await stage.silences.list('active')).toEqual([]);
    expect(await runtime.metrics.registry.metrics()).toContain(
      'spanwatch_button_callbacks_total{channel="on-call",outcome="repeated"} 1',
    );
  });

  it.each([
    ['no form', '{}', 400],
    ['a form without a payload', 'a=b', 400],
    ['a payload that is no JSON', 'payload=%7B', 400],
    ['a payload that is no object', 'payload=[]', 400],
    [
      'another kind of interaction',
      'payload=%7B%22type%22%3A%22view_closed%22%2C%22api_app_id%22%3A%22A0001%22%7D',
      200,
    ],
  ])('%s, though signed, is no press', async (_, body, status) => {
    const seconds = String(Math.floor(runtime.clock.now() / 1000));
    const answer = await send(urlOf(), { headers: slackHeaders(body, SLACK_SECRET, seconds), body });
    expect(answer.status).toBe(status);
    expect((await incident())?.state).toBe('open');
  });

  it('a button of ours without a known name, or a very long id, is ignored', async () => {
    const message = await posted();
    const button = slackButton(message, 'Acknowledge');
    for (const over of [{ action_id: 'other:acknowledge' }, { value: 'x'.repeat(2000) }]) {
      await send(urlOf(), slackPress(message, { ...button, ...over }, pressing()));
    }
    expect((await incident())?.state).toBe('open');
  });

  it('an answer goes to Slack alone', async () => {
    await press('Acknowledge', { responseUrl: `${feishu.url}/inside` });
    await until('the press', async () => (await incident())?.state === 'acknowledged');
    await pause(100);
    expect(feishu.requests).toEqual([]);
  });

  it('a body that is too large is not read', async () => {
    const body = 'x'.repeat(300_000);
    const answer = await send(urlOf(), { headers: slackHeaders(body, SLACK_SECRET, '1'), body });
    expect(answer.status).toBe(413);
  });

  it('has no buttons, and there is no route, where it is not configured', async () => {
    const { signingSecret: _, appId: __, ...plain } = slackConfig();
    await createChannel(plain, runtime).deliver(aMessage());
    expect(JSON.stringify(slack.messages())).not.toContain('"actions"');
    expect(createCallbacks([plain], () => expect.unreachable(), runtime).size).toBe(0);
    const body = 'payload={}';
    const headers = slackHeaders(body, SLACK_SECRET, '1');
    expect((await send(`${stage.server.url}/callbacks/other`, { headers, body })).status).toBe(401);
  });
});

describe('buttons under a Feishu card', () => {
  const urlOf = (): string => `${stage.server.url}/callbacks/group`;
  let events = 0;
  const pressing = (over: object = {}) => ({
    ...{ ...FEISHU, nowMs: runtime.clock.now(), openId: 'ou_ann', eventId: `e${++events}` },
    ...over,
  });
  const posted = async (over: Parameters<typeof aMessage>[0] = {}) => {
    const message = aMessage({ incidentId: ID, locale: 'zh', ...over });
    expect(await createChannel(feishuConfig(), runtime).deliver(message)).toMatchObject({ kind: 'sent' });
    expect(feishu.violations).toEqual([]);
    return feishu.messages()[feishu.messages().length - 1];
  };
  const press = async (label: string, over: object = {}) => {
    const message = await posted();
    return send(urlOf(), feishuPress(message, feishuButton(message, label), pressing(over)));
  };
  const toast = (type: string, content: string) => ({
    status: 200,
    text: JSON.stringify({ toast: { type, content } }),
  });

  it.each([undefined, FEISHU.encryptKey])(
    'answers the challenge of the console, with key %s',
    async (encryptKey) => {
      if (encryptKey === undefined) await restartWithoutKey();
      const { encryptKey: _, ...plain } = pressing();
      const signed = feishuChallenge(encryptKey === undefined ? plain : { ...plain, encryptKey });
      expect(await send(urlOf(), signed)).toEqual({ status: 200, text: '{"challenge":"ajls384kdjx98XX"}' });
    },
  );

  it('acknowledge: told by a toast, kept on the incident', async () => {
    expect(await press('认领')).toEqual(toast('success', '已由你认领。'));
    expect(await incident()).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'Feishu ou_ann' });
    expect(await press('认领')).toEqual(toast('success', '已由你认领。'));
    expect(await stage.store.events(ID)).toHaveLength(2);
  });

  it('not an anomaly, and silence for an hour', async () => {
    expect(await press('不是异常')).toMatchObject({ status: 200 });
    expect((await incident())?.feedback).toMatchObject([{ by: 'Feishu ou_ann' }]);
    expect((await press('静默 1 小时')).text).toContain('已静默至 2026-03-07 04:14:15 UTC');
    expect((await press('静默 1 小时')).text).toContain('已处于静默中');
    expect(await stage.silences.list('active')).toHaveLength(1);
  });

  it('unknown and closed incidents are told', async () => {
    const gone = await posted({ incidentId: 'gone' });
    expect(await send(urlOf(), feishuPress(gone, feishuButton(gone, '认领'), pressing()))).toEqual(
      toast('info', '该事件已不再保留。'),
    );
    const message = await posted();
    await resolveIt();
    expect(await send(urlOf(), feishuPress(message, feishuButton(message, '认领'), pressing()))).toEqual(
      toast('info', '该事件已结束。'),
    );
  });

  it.each([
    ['another encrypt key', { encryptKey: 'another' }, 401],
    ['another verification token', { verificationToken: 'another' }, 401],
    ['a time of six minutes ago', { nowMs: OPENED_AT - 300_000 }, 401],
    ['another app', { appId: 'cli_b2' }, 403],
    ['no encryption, though a key is configured', { encryptKey: undefined }, 401],
  ])('%s is refused, and nothing happens', async (_, over, status) => {
    const answer = await press('认领', over);
    expect(answer.status).toBe(status);
    expect(answer.text).not.toMatch(/feishu-(verification|encrypt)/);
    expect((await incident())?.state).toBe('open');
  });

  it('a wrong signature over a right body is refused', async () => {
    const message = await posted();
    const signed = feishuPress(message, feishuButton(message, '认领'), pressing());
    const headers = { ...signed.headers, 'x-lark-signature': '0'.repeat(64) };
    expect((await send(urlOf(), { ...signed, headers })).status).toBe(401);
    expect((await send(urlOf(), { ...signed, headers: { 'content-type': 'application/json' } })).status).toBe(
      401,
    );
    expect((await incident())?.state).toBe('open');
  });

  it('a copy of a signed request does nothing', async () => {
    const message = await posted();
    const signed = feishuPress(message, feishuButton(message, '静默 1 小时'), pressing());
    await send(urlOf(), signed);
    for (const { id } of await stage.silences.list()) await stage.silences.expire(id, 'ann');
    expect(await send(urlOf(), signed)).toEqual({ status: 200, text: '{}' });
    expect(await stage.silences.list('active')).toEqual([]);
  });

  it('without a key the token and the age alone vouch for it', async () => {
    await restartWithoutKey();
    const { encryptKey: _, ...plain } = pressing();
    const message = await posted();
    const button = feishuButton(message, '认领');
    const old = { ...plain, nowMs: OPENED_AT - 300_000 };
    expect((await send(urlOf(), feishuPress(message, button, old))).status).toBe(401);
    expect((await send(urlOf(), feishuPress(message, button, plain))).status).toBe(200);
    expect((await incident())?.acknowledgedBy).toBe('Feishu ou_ann');
  });

  it('other events, and what is no callback, do nothing', async () => {
    const header = {
      token: FEISHU.verificationToken,
      app_id: FEISHU.appId,
      create_time: String(runtime.clock.now()),
    };
    const other = feishuSigned(
      { header: { ...header, event_type: 'im.message.receive_v1', event_id: 'x' } },
      pressing(),
    );
    expect(await send(urlOf(), other)).toEqual({ status: 200, text: '{}' });
    for (const body of ['', 'x', '[]', '{"encrypt":"AAAA"}', '{"encrypt":7}']) {
      const answer = await send(urlOf(), { headers: { 'content-type': 'application/json' }, body });
      expect([400, 401]).toContain(answer.status);
    }
  });

  async function restartWithoutKey(): Promise<void> {
    const { encryptKey: _, ...plain } = feishuConfig();
    await stage.server.shutdown();
    const press = createPressButton({
      ...{ silences: stage.silences, incidents: stage.store, logger: runtime.logger },
      nowMs: () => runtime.clock.now(),
      command: createCommandDesk({
        ...{ store: stage.store, clock: runtime.clock, nowMs: () => runtime.clock.now() },
        apply: (one, stored) => stage.keeper.command(one, stored),
        written: () => stage.store.lastPosition().then(() => undefined),
      }),
    });
    const fresh = { ...runtime, metrics: createMetrics() };
    const server = createTestServer({}, { callbacks: createCallbacks([plain], press, fresh) }, fresh);
    await server.start();
    stage = { ...stage, server };
  }
});
