import type { Runtime } from '../runtime/index.ts';
import { createAlertmanager } from './alertmanager/alertmanager.ts';
import { createDingTalk } from './dingtalk/dingtalk.ts';
import { createEmail } from './email/email.ts';
import { createExecHook } from './exec-hook/exec-hook.ts';
import { createFeishuApp } from './feishu-app/feishu-app.ts';
import { createFeishuBot } from './feishu-bot/feishu-bot.ts';
import { createJira } from './jira/jira.ts';
import type { Channel, ChannelConfig, TerminalOutput } from './port.ts';
import { createPagerDuty } from './pagerduty/pagerduty.ts';
import { createSlackBot } from './slack-bot/slack-bot.ts';
import { createSlackWebhook } from './slack-webhook/slack-webhook.ts';
import { createTeams } from './teams/teams.ts';
import { createTerminal } from './terminal/terminal.ts';
import { createWeCom } from './wecom/wecom.ts';
import { createWebhook } from './webhook/webhook.ts';

/**
 * A channel from its configuration. `runtime.clock` has to be the wall clock for channels that sign. Throws a
 * `TypeError` that names the channel, and no secret, when the configuration cannot work.
 */
export function createChannel(config: ChannelConfig, runtime: Runtime, terminal?: TerminalOutput): Channel {
  const channel = channelOf(config, runtime, terminal);
  const perMinute = config.maxPerMinute;
  return perMinute === undefined
    ? channel
    : { ...channel, pace: { perMinute, burst: Math.min(perMinute, channel.pace?.burst ?? 1) } };
}

function channelOf(config: ChannelConfig, runtime: Runtime, terminal?: TerminalOutput): Channel {
  switch (config.type) {
    case 'slack-webhook':
      return createSlackWebhook(config, runtime);
    case 'slack-bot':
      return createSlackBot(config, runtime);
    case 'feishu-bot':
      return createFeishuBot(config, runtime);
    case 'feishu-app':
      return createFeishuApp(config, runtime);
    case 'dingtalk':
      return createDingTalk(config, runtime);
    case 'wecom':
      return createWeCom(config, runtime);
    case 'teams':
      return createTeams(config, runtime);
    case 'pagerduty':
      return createPagerDuty(config, runtime);
    case 'jira':
      return createJira(config, runtime);
    case 'alertmanager':
      return createAlertmanager(config, runtime);
    case 'email':
      return createEmail(config);
    case 'exec':
      return createExecHook(config, runtime);
    case 'webhook':
      return createWebhook(config, runtime);
    case 'terminal':
      if (terminal === undefined)
        throw new TypeError(`channel ${config.name}: there is no terminal to print to`);
      return createTerminal(config, terminal);
  }
}
