import type { ChannelConfig } from '../../../src/notify/port.ts';
import { startFeishuApp } from '../../../src/simulator/vendors/feishu-app.ts';
import { type JiraService, startJira } from '../../../src/simulator/vendors/jira.ts';
import type { JsonObject } from '../../../src/simulator/vendors/json-fields.ts';
import type { VendorReceiver } from '../../../src/simulator/vendors/receiver.ts';
import { startDingTalk } from '../../../src/simulator/vendors/robots.ts';
import { startSlackApi } from '../../../src/simulator/vendors/slack-api.ts';
import { startWebhookReceiver } from '../../../src/simulator/vendors/webhook.ts';

export const STORM_CHANNELS = ['slack-bot', 'feishu-app', 'dingtalk', 'webhook', 'jira'] as const;
export type StormChannel = (typeof STORM_CHANNELS)[number];

const APP = { appId: 'cli_verify', appSecret: 'verify', chatId: 'oc_verify' };
const JIRA_BASIC = `Basic ${Buffer.from('bot@example.com:t').toString('base64')}`;

export interface Vendors {
  readonly receivers: Readonly<Record<StormChannel, VendorReceiver<JsonObject>>>;
  readonly jira: JiraService;
  close(): Promise<void>;
}

/** Doubles that hold to the vendors' rules and rates; `onAccepted` comes after a message is taken, before its sender knows. */
export async function startVendors(
  nowMs: () => number,
  onAccepted: (channel: StormChannel) => void,
): Promise<Vendors> {
  const options = (channel: StormChannel) => ({ nowMs, onAccepted: () => onAccepted(channel) });
  const jira = await startJira({
    ...options('jira'),
    ...{ flavour: 'cloud', project: 'OPS', authorization: JIRA_BASIC },
  });
  const receivers = {
    'slack-bot': await startSlackApi({
      ...options('slack-bot'),
      ...{
        token: 'xoxb-1-verify',
        channels: { ops: 'C0OPS' },
        maxPostsPerSecond: 1,
        maxUpdatesPerMinute: 50,
      },
    }),
    'feishu-app': await startFeishuApp({ ...options('feishu-app'), ...APP, limited: true }),
    dingtalk: await startDingTalk({ ...options('dingtalk'), limited: true }),
    webhook: await startWebhookReceiver(options('webhook')),
    jira,
  };
  return {
    receivers,
    jira,
    close: async () => {
      for (const receiver of Object.values(receivers)) await receiver.close();
    },
  };
}

export function stormConfigs(urls: Readonly<Record<StormChannel, string>>): readonly ChannelConfig[] {
  const common = { locale: 'en', minSeverity: 'P3', timeoutMs: 10_000 } as const;
  return [
    {
      ...{ ...common, name: 'slack-bot', type: 'slack-bot', apiUrl: urls['slack-bot'] },
      ...{ token: 'xoxb-1-verify', channel: 'ops' },
    },
    { ...common, name: 'feishu-app', type: 'feishu-app', baseUrl: urls['feishu-app'], ...APP },
    { ...common, name: 'dingtalk', type: 'dingtalk', url: urls.dingtalk },
    { ...common, name: 'webhook', type: 'webhook', url: urls.webhook, secrets: [] },
    {
      ...{
        ...common,
        name: 'jira',
        type: 'jira',
        flavour: 'cloud',
        url: urls.jira,
        email: 'bot@example.com',
      },
      ...{ token: 't', project: 'OPS', issueType: 'Bug', labels: [], fields: [] },
      ...{ resolveTransition: 'Resolve', reopenTransition: 'Reopen', reopenWithinMs: 604_800_000 },
    },
  ];
}
