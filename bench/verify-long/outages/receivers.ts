import type { Clock } from '../../../src/runtime/index.ts';
import type { ChannelConfig } from '../../../src/notify/port.ts';
import type { JsonObject } from '../../../src/simulator/vendors/json-fields.ts';
import { startFeishuApp } from '../../../src/simulator/vendors/feishu-app.ts';
import { startFeishu } from '../../../src/simulator/vendors/feishu.ts';
import type { Disturbance, VendorReceiver } from '../../../src/simulator/vendors/receiver.ts';
import { startDingTalk, startWeCom } from '../../../src/simulator/vendors/robots.ts';
import { startSlack } from '../../../src/simulator/vendors/slack.ts';
import { startSlackApi } from '../../../src/simulator/vendors/slack-api.ts';
import { startWebhookReceiver } from '../../../src/simulator/vendors/webhook.ts';

export interface OutageSubject {
  readonly name: string;
  /** A double over real HTTP that holds to the vendor's documented rates. */
  start(clock: Clock): Promise<VendorReceiver<JsonObject>>;
  config(url: string, timeoutMs: number): ChannelConfig;
  /** HTTP 200 that is no success by the vendor's rules; absent where the body is not asked. */
  readonly errorInBody?: Disturbance;
  /** The most in any minute by the vendor's rules, as requests; absent: no rule. */
  readonly maxRequestsPerMinute?: number;
}

const TOKEN = 'xoxb-1-verify';
const APP = { appId: 'cli_verify', appSecret: 'verify', chatId: 'oc_verify' };
const common = { name: 'subject', locale: 'en', minSeverity: 'P3' } as const;

export const OUTAGE_SUBJECTS: readonly OutageSubject[] = [
  {
    name: 'slack-bot',
    start: (clock) =>
      startSlackApi({
        nowMs: () => clock.now(),
        token: TOKEN,
        channels: { ops: 'C0OPS' },
        maxPostsPerSecond: 1,
        maxUpdatesPerMinute: 50,
      }),
    config: (apiUrl, timeoutMs) => ({
      ...common,
      type: 'slack-bot',
      apiUrl,
      token: TOKEN,
      channel: 'ops',
      timeoutMs,
    }),
    errorInBody: { status: 200, body: '{"ok":false,"error":"internal_error"}' },
    // An edit and an entry of the timeline each.
    maxRequestsPerMinute: 100,
  },
  {
    name: 'slack-webhook',
    start: (clock) => startSlack({ nowMs: () => clock.now(), maxPerSecond: 1 }),
    config: (url, timeoutMs) => ({ ...common, type: 'slack-webhook', url, timeoutMs }),
    errorInBody: { status: 200, body: 'rollup_error' },
    maxRequestsPerMinute: 60,
  },
  {
    name: 'feishu-bot',
    start: (clock) => startFeishu({ nowMs: () => clock.now(), secret: 'demo', limited: true }),
    config: (url, timeoutMs) => ({ ...common, type: 'feishu-bot', url, secret: 'demo', timeoutMs }),
    errorInBody: { status: 200, body: '{"code":11232,"msg":"frequency limited"}' },
    maxRequestsPerMinute: 100,
  },
  {
    name: 'feishu-app',
    start: (clock) => startFeishuApp({ nowMs: () => clock.now(), ...APP, limited: true }),
    config: (baseUrl, timeoutMs) => ({ ...common, type: 'feishu-app', baseUrl, ...APP, timeoutMs }),
    errorInBody: { status: 200, body: '{"code":99991400,"msg":"request trigger frequency limit"}' },
    // A change and an entry of the timeline each, and now and then a token.
    maxRequestsPerMinute: 202,
  },
  {
    name: 'dingtalk',
    start: (clock) => startDingTalk({ nowMs: () => clock.now(), secret: 'SECdemo', limited: true }),
    config: (url, timeoutMs) => ({ ...common, type: 'dingtalk', url, secret: 'SECdemo', timeoutMs }),
    errorInBody: { status: 200, body: '{"errcode":-1,"errmsg":"system busy"}' },
    maxRequestsPerMinute: 20,
  },
  {
    name: 'wecom',
    start: (clock) => startWeCom({ nowMs: () => clock.now(), limited: true }),
    config: (url, timeoutMs) => ({ ...common, type: 'wecom', url, timeoutMs }),
    errorInBody: { status: 200, body: '{"errcode":45009,"errmsg":"api freq out of limit"}' },
    maxRequestsPerMinute: 20,
  },
  {
    name: 'webhook',
    start: (clock) => startWebhookReceiver({ nowMs: () => clock.now() }),
    config: (url, timeoutMs) => ({ ...common, type: 'webhook', url, secrets: [], timeoutMs }),
  },
];

export const OUTAGES = ['refused', 'hanging', '5xx', '429 storm', '200 with an error'] as const;
export type OutageKind = (typeof OUTAGES)[number];

export async function begin(
  outage: OutageKind,
  receiver: VendorReceiver<JsonObject>,
  subject: OutageSubject,
): Promise<void> {
  if (outage === 'refused') return receiver.refuse();
  receiver.disturbAll(disturbanceOf(outage, subject));
}

export async function end(outage: OutageKind, receiver: VendorReceiver<JsonObject>): Promise<void> {
  receiver.disturbAll(undefined);
  if (outage === 'refused') await receiver.listen();
}

function disturbanceOf(outage: Exclude<OutageKind, 'refused'>, { errorInBody }: OutageSubject): Disturbance {
  switch (outage) {
    case 'hanging':
      return 'silence';
    case '5xx':
      return { status: 503, body: 'upstream connect error' };
    case '429 storm':
      return { status: 429, headers: { 'retry-after': '1' }, body: '' };
    case '200 with an error':
      if (errorInBody === undefined) throw new Error('its body is not asked');
      return errorInBody;
  }
}
