import { Type } from '@sinclair/typebox';
import { common, http, serviceAddress } from './schema-channel-parts.ts';
import { EXPECTS, secret, secretUrl, section, variants } from './schema-parts.ts';
import { jira } from './schema-jira.ts';
import { alertmanager, email, exec, pagerduty, webhook } from './schema-program-channels.ts';

const terminal = section(
  { ...common, type: Type.Literal('terminal') },
  { description: 'Prints messages where Spanwatch runs.' },
);

const slackWebhook = section(
  {
    ...common,
    ...http,
    type: Type.Literal('slack-webhook'),
    url: secretUrl('Address of the incoming webhook.'),
  },
  { description: 'Posts to a Slack channel by an incoming webhook.' },
);

const slackBot = section(
  {
    ...common,
    ...http,
    type: Type.Literal('slack-bot'),
    token: secret('Token of the bot, with the scope `chat:write`.', {
      pattern: '^xox[a-z]-[A-Za-z0-9-]+$',
      expects: 'a token that begins with "xoxb-"',
    }),
    channel: Type.String({
      description: 'Id of the channel (or its name); invite the bot to it.',
      minLength: 1,
      maxLength: 100,
    }),
    apiUrl: serviceAddress(
      "Address of Slack's Web API: another one for GovSlack, or for a proxy.",
      'https://slack.com/api',
    ),
    signingSecret: Type.Optional(
      secret(
        "The app's signing secret: with it messages have buttons, answered at `/callbacks/NAME` of the API's address (Interactivity, Request URL).",
      ),
    ),
    appId: Type.Optional(
      Type.String({
        description: "The app's id; presses of another one are refused.",
        pattern: '^A[A-Z0-9]{2,30}$',
        [EXPECTS]: 'an id such as A0123456789',
      }),
    ),
  },
  { description: 'One Slack message an incident, edited as it lives, with its thread as the timeline.' },
);

const feishuBot = section(
  {
    ...common,
    ...http,
    type: Type.Literal('feishu-bot'),
    url: secretUrl("Address of the bot's webhook."),
    secret: Type.Optional(secret("The bot's signing secret, when signature verification is on.")),
  },
  { description: 'Posts cards to a Feishu or Lark group by a custom bot.' },
);

const feishuApp = section(
  {
    ...common,
    ...http,
    type: Type.Literal('feishu-app'),
    appId: Type.String({ description: 'App ID (`cli_...`).', minLength: 1, maxLength: 100 }),
    appSecret: secret('App secret.'),
    chatId: Type.String({
      description: 'Id of the group (`oc_...`) that the bot is in.',
      minLength: 1,
      maxLength: 100,
    }),
    baseUrl: serviceAddress(
      'Address of the platform; Lark has https://open.larksuite.com.',
      'https://open.feishu.cn',
    ),
    verificationToken: Type.Optional(
      secret(
        "The app's Verification Token: with it cards have buttons, answered at `/callbacks/NAME` of the API's address (Events & Callbacks).",
      ),
    ),
    encryptKey: Type.Optional(
      secret("The app's Encrypt Key, when callbacks are encrypted; without it they are not signed either."),
    ),
  },
  {
    description: 'One Feishu or Lark card an incident, changed as it lives, with its thread as the timeline.',
  },
);

const dingtalk = section(
  {
    ...common,
    ...http,
    type: Type.Literal('dingtalk'),
    url: secretUrl("Address of the robot's webhook, with its `access_token`."),
    secret: Type.Optional(secret("The robot's signing secret (`SEC...`), when signing is on.")),
  },
  { description: 'Posts to a DingTalk group by a custom robot.' },
);

const wecom = section(
  {
    ...common,
    ...http,
    type: Type.Literal('wecom'),
    url: secretUrl("Address of the robot's webhook, with its `key`."),
  },
  { description: 'Posts to a WeCom group by its robot.' },
);

const teams = section(
  { ...common, ...http, type: Type.Literal('teams'), url: secretUrl('Address of the Workflows webhook.') },
  { description: 'Posts Adaptive Cards to a Microsoft Teams channel by a Workflows webhook.' },
);

export const channelSchema = variants(
  [
    terminal,
    slackWebhook,
    slackBot,
    feishuBot,
    feishuApp,
    dingtalk,
    wecom,
    teams,
    pagerduty,
    jira,
    alertmanager,
    email,
    exec,
    webhook,
  ],
  {
    description: 'Where messages about incidents go.',
  },
);
