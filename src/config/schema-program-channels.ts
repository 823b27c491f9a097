import { Type } from '@sinclair/typebox';
import { SEVERITIES } from '../domain/incident.ts';
import { common, http, serviceAddress } from './schema-channel-parts.ts';
import { EXPECTS, oneOf, secret, secretUrl, section, whole } from './schema-parts.ts';

export const pagerduty = section(
  {
    ...common,
    ...http,
    type: Type.Literal('pagerduty'),
    routingKey: secret('Integration key of the service (Events API v2).', {
      pattern: '^[A-Za-z0-9]{32}$',
      expects: '32 letters and digits',
    }),
    url: serviceAddress(
      'Where events go: another one for the EU.',
      'https://events.pagerduty.com/v2/enqueue',
    ),
  },
  { description: 'Opens, acknowledges and resolves PagerDuty alerts: the phone and SMS path.' },
);

export const alertmanager = section(
  {
    ...common,
    ...http,
    type: Type.Literal('alertmanager'),
    url: serviceAddress('Address of Alertmanager, without `/api/v2`.'),
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

export const email = section(
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

export const exec = section(
  {
    ...common,
    type: Type.Literal('exec'),
    program: Type.String({
      description:
        'Program to run, by its absolute path. It gets the CloudEvent of the `webhook` channel on standard input.',
      pattern: '^/[^\\0]+$',
      [EXPECTS]: 'an absolute path',
    }),
    args: Type.Array(Type.String({ description: 'An argument.', maxLength: 1000 }), {
      description: 'Its arguments, as they are: no shell, and nothing of an incident in them.',
      default: [],
      maxItems: 50,
    }),
    events: Type.Array(
      oneOf(['opened', 'updated', 'escalated', 'reopened', 'resolved', 'acknowledged'], {
        description: 'An event.',
      }),
      {
        description: 'What it runs for.',
        default: ['opened', 'reopened'],
      },
    ),
    dryRun: Type.Boolean({ description: 'Only note that it would be run.', default: true }),
    timeLimitMs: whole({
      description: 'It is killed, with all it started, after this.',
      default: 60_000,
      minimum: 100,
      maximum: 3_600_000,
    }),
    coolDownMs: whole({
      description: 'It does not run again for the same service within this.',
      default: 15 * 60_000,
      minimum: 0,
      maximum: 7 * 24 * 3_600_000,
    }),
    maxPerHour: whole({
      description: 'Runs within an hour, for all incidents.',
      default: 4,
      minimum: 1,
      maximum: 1000,
    }),
    acknowledgeFrom: Type.Optional(
      oneOf(SEVERITIES, {
        description: 'From this severity up it runs only when somebody acknowledges the incident.',
      }),
    ),
  },
  { description: 'Runs a program for an incident (self-healing); what it writes becomes a note.' },
);

const signingSecret = secret('`whsec_` and base64.', {
  pattern: '^whsec_[A-Za-z0-9+/]{32,86}={0,2}$',
  expects: '"whsec_" and 24 to 64 bytes in base64',
});

export const webhook = section(
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
