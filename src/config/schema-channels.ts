import { type TProperties, Type } from '@sinclair/typebox';
import { SEVERITIES } from '../domain/incident.ts';
import { EXPECTS, oneOf, partName, secret, secretUrl, section, variants, whole } from './schema-parts.ts';

const common = {
  name: partName('Names the channel in logs, metrics and commands.'),
  locale: Type.Optional(
    oneOf(['en', 'zh'], { description: 'Language of this channel; the top-level `locale` unless said.' }),
  ),
  minSeverity: oneOf(SEVERITIES, { description: 'The mildest severity that is sent.', default: 'P2' }),
  maxPerMinute: Type.Optional(
    Type.Integer({
      description:
        "Messages that are sent in any minute; the vendor's documented pace unless said. What waits longer is not lost.",
      minimum: 1,
      maximum: 6000,
    }),
  ),
} satisfies TProperties;

const http = {
  timeoutMs: whole({
    description: 'Longest that one attempt may take, connecting included.',
    default: 15_000,
    minimum: 100,
    maximum: 120_000,
  }),
} satisfies TProperties;

const webAddress = (description: string, standard?: string) =>
  Type.String({
    description,
    pattern: '^https?://[^\\s/]+\\S*$',
    [EXPECTS]: 'an http or https address',
    ...(standard === undefined ? {} : { default: standard }),
  });

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
    apiUrl: webAddress(
      "Address of Slack's Web API: another one for GovSlack, or for a proxy.",
      'https://slack.com/api',
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
    baseUrl: webAddress(
      'Address of the platform; Lark has https://open.larksuite.com.',
      'https://open.feishu.cn',
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

const pagerduty = section(
  {
    ...common,
    ...http,
    type: Type.Literal('pagerduty'),
    routingKey: secret('Integration key of the service (Events API v2).', {
      pattern: '^[A-Za-z0-9]{32}$',
      expects: '32 letters and digits',
    }),
    url: webAddress('Where events go: another one for the EU.', 'https://events.pagerduty.com/v2/enqueue'),
  },
  { description: 'Opens, acknowledges and resolves PagerDuty alerts: the phone and SMS path.' },
);

const alertmanager = section(
  {
    ...common,
    ...http,
    type: Type.Literal('alertmanager'),
    url: webAddress('Address of Alertmanager, without `/api/v2`.'),
    token: Type.Optional(secret('Bearer token, where a proxy asks for one.')),
  },
  { description: 'Keeps an alert firing in Alertmanager for each incident.' },
);

const mailAddress = (description: string) =>
  Type.String({
    description,
    pattern: '^(?:[^<>\\r\\n]{0,100}<)?[^@\\s<>,;]{1,64}@[A-Za-z0-9.-]{1,255}>?$',
    [EXPECTS]: 'an address such as ops@example.com or "Spanwatch <ops@example.com>"',
  });

const email = section(
  {
    ...common,
    ...http,
    type: Type.Literal('email'),
    host: Type.String({ description: 'SMTP server.', minLength: 1, maxLength: 255 }),
    port: whole({ description: '587 for STARTTLS, 465 for TLS.', default: 587, minimum: 1, maximum: 65_535 }),
    security: oneOf(['starttls', 'tls', 'none'], {
      description: 'How the connection is protected; `none` is for a relay on this machine.',
      default: 'starttls',
    }),
    user: Type.Optional(Type.String({ description: 'Who logs in.', minLength: 1 })),
    password: Type.Optional(secret('Password of `user`.')),
    from: mailAddress('Sender.'),
    to: Type.Array(mailAddress('Receiver.'), { description: 'Receivers.', minItems: 1, maxItems: 50 }),
  },
  { description: "Mails by SMTP, text and HTML, an incident's mails in one thread." },
);

const signingSecret = secret('`whsec_` and base64.', {
  pattern: '^whsec_[A-Za-z0-9+/]{32,86}={0,2}$',
  expects: '"whsec_" and 24 to 64 bytes in base64',
});

const webhook = section(
  {
    ...common,
    ...http,
    type: Type.Literal('webhook'),
    url: secretUrl('Address that takes the CloudEvents body.'),
    secrets: Type.Array(signingSecret, {
      description:
        'Signing secrets by Standard Webhooks (`whsec_` and 24 to 64 bytes in base64); messages are signed with all, so that a receiver can rotate.',
      default: [],
    }),
  },
  { description: 'Posts a CloudEvents body to any endpoint, signed as Standard Webhooks says.' },
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
    alertmanager,
    email,
    webhook,
  ],
  {
    description: 'Where messages about incidents go.',
  },
);
