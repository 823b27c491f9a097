import { type TProperties, Type } from '@sinclair/typebox';
import { SEVERITIES } from '../domain/incident.ts';
import { oneOf, partName, secret, section, whole } from './schema-parts.ts';

const common = {
  name: partName('Names the channel in logs, metrics and commands.'),
  locale: Type.Optional(
    oneOf(['en', 'zh'], { description: 'Language of this channel; the top-level `locale` unless said.' }),
  ),
  minSeverity: oneOf(SEVERITIES, { description: 'The mildest severity that is sent.', default: 'P2' }),
} satisfies TProperties;

const http = {
  timeoutMs: whole({
    description: 'Longest that one attempt may take, connecting included.',
    default: 15_000,
    minimum: 100,
    maximum: 120_000,
  }),
} satisfies TProperties;

const terminal = section(
  { ...common, type: Type.Literal('terminal') },
  { description: 'Prints messages where Spanwatch runs.' },
);

const slackWebhook = section(
  {
    ...common,
    ...http,
    type: Type.Literal('slack-webhook'),
    url: secret('Address of the incoming webhook.'),
  },
  { description: 'Posts to a Slack channel by an incoming webhook.' },
);

const feishuBot = section(
  {
    ...common,
    ...http,
    type: Type.Literal('feishu-bot'),
    url: secret("Address of the bot's webhook."),
    secret: Type.Optional(secret("The bot's signing secret, when signature verification is on.")),
  },
  { description: 'Posts cards to a Feishu or Lark group by a custom bot.' },
);

const webhook = section(
  {
    ...common,
    ...http,
    type: Type.Literal('webhook'),
    url: secret('Address that takes the CloudEvents body.'),
    secrets: Type.Array(secret('`whsec_` and base64.'), {
      description:
        'Signing secrets by Standard Webhooks; messages are signed with all, so that a receiver can rotate.',
      default: [],
    }),
  },
  { description: 'Posts a CloudEvents body to any endpoint, signed as Standard Webhooks says.' },
);

export const channelSchema = Type.Union([terminal, slackWebhook, feishuBot, webhook], {
  discriminator: 'type',
  description: 'Where messages about incidents go.',
});
