import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locale } from '../../src/domain/message.ts';
import { renderTerminal } from '../../src/messages/index.ts';
import { type Channel, createChannel } from '../../src/notify/index.ts';
import type { ChannelConfig } from '../../src/notify/port.ts';
import type { Runtime } from '../../src/runtime/index.ts';
import { startAlertmanager } from '../../src/simulator/vendors/alertmanager.ts';
import { startFeishuApp } from '../../src/simulator/vendors/feishu-app.ts';
import { startFeishu } from '../../src/simulator/vendors/feishu.ts';
import { startJira } from '../../src/simulator/vendors/jira.ts';
import type { JsonObject } from '../../src/simulator/vendors/json-fields.ts';
import { startPagerDuty } from '../../src/simulator/vendors/pagerduty.ts';
import type { VendorReceiver } from '../../src/simulator/vendors/receiver.ts';
import { startDingTalk, startWeCom } from '../../src/simulator/vendors/robots.ts';
import { startSlackApi } from '../../src/simulator/vendors/slack-api.ts';
import { startSlack } from '../../src/simulator/vendors/slack.ts';
import { startTeams } from '../../src/simulator/vendors/teams.ts';
import { startWebhookReceiver } from '../../src/simulator/vendors/webhook.ts';
import { startMailbox } from './mailbox.ts';

/** A channel with somebody at its other end, who holds to the vendor's rules. */
export interface Connected {
  readonly channel: Channel;
  /** What the other end took, in order, as it read it. */
  taken(): readonly unknown[];
  /** Rules of the vendor that were broken. */
  violations(): readonly string[];
  close(): Promise<void>;
}

type Connect = (locale: Locale, runtime: Runtime) => Promise<Connected>;

const KEY = '0123456789abcdef0123456789abcdef';
const WEBHOOK_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const JIRA_BASIC = `Basic ${Buffer.from('bot@example.com:t').toString('base64')}`;

/** Every type of channel, with buttons where it can have them. */
export const ALL_CHANNELS: Readonly<Record<ChannelConfig['type'], Connect>> = {
  'slack-bot': over(
    (nowMs) => startSlackApi({ nowMs, token: 'xoxb-1', channels: { alerts: 'C1' } }),
    (apiUrl) => ({ type: 'slack-bot', apiUrl, token: 'xoxb-1', channel: 'C1', signingSecret: 's' }),
  ),
  'slack-webhook': over(
    (nowMs) => startSlack({ nowMs }),
    (url) => ({ type: 'slack-webhook', url }),
  ),
  'feishu-app': over(
    (nowMs) => startFeishuApp({ nowMs, appId: 'cli_a1', appSecret: 's', chatId: 'oc_1' }),
    (baseUrl) => ({
      ...{ type: 'feishu-app', baseUrl, appId: 'cli_a1', appSecret: 's', chatId: 'oc_1' },
      verificationToken: 'v',
    }),
  ),
  'feishu-bot': over(
    (nowMs) => startFeishu({ nowMs }),
    (url) => ({ type: 'feishu-bot', url }),
  ),
  dingtalk: over(
    (nowMs) => startDingTalk({ nowMs }),
    (url) => ({ type: 'dingtalk', url }),
  ),
  wecom: over(
    (nowMs) => startWeCom({ nowMs }),
    (url) => ({ type: 'wecom', url }),
  ),
  teams: over(
    (nowMs) => startTeams({ nowMs }),
    (url) => ({ type: 'teams', url }),
  ),
  pagerduty: over(
    (nowMs) => startPagerDuty({ nowMs, routingKey: KEY }),
    (url) => ({ type: 'pagerduty', url, routingKey: KEY }),
  ),
  alertmanager: over(
    (nowMs) => startAlertmanager({ nowMs }),
    (url) => ({ type: 'alertmanager', url }),
  ),
  webhook: over(
    (nowMs) => startWebhookReceiver({ nowMs, secret: WEBHOOK_SECRET }),
    (url) => ({ type: 'webhook', url, secrets: [WEBHOOK_SECRET] }),
  ),
  jira: over(
    (nowMs) => startJira({ nowMs, flavour: 'cloud', project: 'OPS', people: [], authorization: JIRA_BASIC }),
    (url) => ({
      ...{ type: 'jira', flavour: 'cloud', url, email: 'bot@example.com', token: 't', project: 'OPS' },
      ...{
        issueType: 'Bug',
        labels: [],
        fields: [],
        resolveTransition: 'Resolve',
        reopenTransition: 'to do',
      },
      reopenWithinMs: 604_800_000,
    }),
  ),
  email: async (locale, runtime) => {
    const mailbox = await startMailbox();
    const channel = createChannel(
      {
        ...{ type: 'email', name: 'email', locale, host: '127.0.0.1', port: mailbox.port, security: 'none' },
        ...{ from: 'Spanwatch <ops@example.com>', to: ['on-call@example.com'] },
      },
      runtime,
    );
    const close = (): Promise<void> => {
      channel.close?.();
      return mailbox.close();
    };
    return { channel, taken: () => mailbox.mails, violations: () => [], close };
  },
  exec: (locale, runtime) => {
    const folder = mkdtempSync(join(tmpdir(), 'spanwatch-exec-'));
    const [program, input] = [join(folder, 'hook.sh'), join(folder, 'input')];
    writeFileSync(program, `#!/bin/sh\ncat >> ${input}; echo >> ${input}\n`);
    chmodSync(program, 0o755);
    const channel = createChannel(
      {
        ...{ type: 'exec', name: 'exec', locale, program, args: [], dryRun: false, coolDownMs: 0 },
        ...{ events: ['opened', 'escalated', 'resolved', 'updated'], timeLimitMs: 10_000, maxPerHour: 3600 },
        stateDir: join(folder, 'hooks'),
      },
      runtime,
    );
    const taken = (): unknown[] =>
      existsSync(input)
        ? readFileSync(input, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line) as unknown)
        : [];
    const close = (): Promise<void> => Promise.resolve(rmSync(folder, { recursive: true }));
    return Promise.resolve({ channel, taken, violations: () => [], close });
  },
  terminal: (locale, runtime) => {
    const texts: string[] = [];
    const channel = createChannel({ type: 'terminal', name: 'terminal', locale }, runtime, {
      render: (message) => renderTerminal(message, { color: false }),
      write: (text) => void texts.push(text),
    });
    return Promise.resolve({
      channel,
      taken: () => texts,
      violations: () => [],
      close: () => Promise.resolve(),
    });
  },
};

type WithoutCommon<T> = T extends ChannelConfig ? Omit<T, 'name' | 'locale' | 'timeoutMs'> : never;

function over(
  start: (nowMs: () => number) => Promise<VendorReceiver<JsonObject>>,
  config: (url: string) => WithoutCommon<ChannelConfig>,
): Connect {
  return async (locale, runtime) => {
    const receiver = await start(() => runtime.clock.now());
    const own = config(receiver.url);
    const channel = createChannel(
      { ...own, name: own.type, locale, timeoutMs: 10_000 } as ChannelConfig,
      runtime,
    );
    return {
      channel,
      taken: () => receiver.accepted,
      violations: () => receiver.violations,
      close: () => {
        channel.close?.();
        return receiver.close();
      },
    };
  };
}
