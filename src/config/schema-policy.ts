import { type TArray, type TProperties, type TString, Type } from '@sinclair/typebox';
import { SEVERITIES } from '../domain/incident.ts';
import { OWNER_ATTRIBUTES } from '../domain/owner-names.ts';
import { EXPECTS, oneOf, partName, section, whole } from './schema-parts.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const texts = (description: string, standard?: string[], minItems = 0): TArray<TString> =>
  Type.Array(Type.String({ minLength: 1, maxLength: 300, description: 'One of them.' }), {
    description,
    ...(standard === undefined ? {} : { default: standard }),
    ...(minItems > 0 && { minItems }),
    maxItems: 100,
  });

const matchers = texts(
  'Matchers as in Alertmanager, all of which must say yes: `service=payment`, `severity=~"P0|P1"`. Names: service, environment, namespace, operation, severity, kind, owner.',
  [],
);

const cron = (description: string): TString =>
  Type.String({
    pattern: '^(\\S+ ){4}\\S+$',
    [EXPECTS]: 'five fields of a cron expression such as "0 22 * * 5"',
    description,
  });

const timezone = Type.String({
  description: 'Time zone of the cron expression, such as `Asia/Shanghai`.',
  default: 'UTC',
  minLength: 1,
  maxLength: 64,
});

const times = {
  name: partName('Names it where messages are explained.'),
  cron: cron('When it begins.'),
  durationMs: whole({
    description: 'How long it lasts.',
    minimum: MINUTE_MS,
    maximum: 7 * DAY_MS,
  }),
  timezone,
} satisfies TProperties;

const routeFields = {
  match: matchers,
  channels: texts('Names of the channels that are told; those of the route around it when absent.', []),
  continue: Type.Boolean({
    default: false,
    description: 'Also looks at the routes beside it that follow; otherwise the first that matches wins.',
  }),
  mute: texts('Names of `policy.muteTimes` in which these channels are not told.', []),
  groupWaitMs: whole({
    description:
      'After a message about an opening, further ones of this route wait this long and become one message. Never the first, and never P0. 0: none waits.',
    default: 0,
    minimum: 0,
    maximum: 60 * MINUTE_MS,
  }),
  repeatMs: whole({
    description: 'While nobody acknowledges, who was told is reminded after each such time. 0: never.',
    default: 0,
    minimum: 0,
    maximum: 7 * DAY_MS,
  }),
  escalate: Type.Array(
    section(
      {
        afterMs: whole({
          description: 'Time since the opening without an acknowledgement.',
          minimum: 10_000,
          maximum: 7 * DAY_MS,
        }),
        channels: texts('Who is told then.', undefined, 1),
      },
      { description: 'One step of the escalation.' },
    ),
    { description: 'Who else is told when nobody acknowledges.', default: [], maxItems: 10 },
  ),
} satisfies TProperties;

const innerRoute = section(routeFields, { description: 'A route within a route.' });
const route = section(
  {
    ...routeFields,
    routes: Type.Array(innerRoute, {
      description: 'Looked at first; when none matches, this route itself tells.',
      default: [],
      maxItems: 100,
    }),
  },
  { description: 'Who is told of which incidents.' },
);

const owner = section(
  {
    services: texts('Services by name, `*` for any characters; also `NAMESPACE/NAME`.', undefined, 1),
    owner: Type.String({ description: 'Who owns them, as matchers name it.', minLength: 1, maxLength: 100 }),
    assignee: Type.Optional(
      Type.String({
        description:
          'Whom tickets are assigned to: an account id for Jira Cloud, a user name for Data Center.',
        minLength: 1,
        maxLength: 200,
      }),
    ),
    runbook: Type.Optional(
      Type.String({
        description: 'What to do about them, linked in messages.',
        pattern: '^https?://[^\\s/]+\\S*$',
        [EXPECTS]: 'an http or https address',
      }),
    ),
  },
  { description: 'Who owns which services.' },
);

const tier = section(
  {
    name: partName('Names the tier.'),
    services: texts('Services by name, `*` for any characters; also `NAMESPACE/NAME`.', undefined, 1),
    raiseBy: whole({ description: 'Levels by which it is worse.', default: 0, minimum: 0, maximum: 3 }),
    atLeast: Type.Optional(oneOf(SEVERITIES, { description: 'No milder than this.' })),
    atMost: Type.Optional(oneOf(SEVERITIES, { description: 'No worse than this.' })),
  },
  { description: 'How much some services matter.' },
);

const inhibit = section(
  {
    byCause: Type.Boolean({
      default: false,
      description:
        'While an incident is open, those of services that it hurts, and those whose suspects name its culprit, are not told, unless they are worse.',
    }),
    rules: Type.Array(
      section(
        {
          source: texts('Matchers of the incident that is open and told.'),
          target: texts('Matchers of those that are not told meanwhile.'),
          equal: Type.Array(
            oneOf(['service', 'environment', 'namespace', 'owner'], { description: 'A name.' }),
            {
              description: 'In which both must be the same.',
              default: [],
            },
          ),
        },
        { description: 'As in Alertmanager.' },
      ),
      { description: 'Rules of your own.', default: [], maxItems: 100 },
    ),
  },
  { description: 'Which incidents are not told because another one says it all.' },
);

const digest = section(
  {
    channels: texts('Who gets it; nobody unless said.', []),
    cron: Type.String({
      pattern: '^(\\S+ ){4}\\S+$',
      [EXPECTS]: 'five fields of a cron expression such as "0 9 * * *"',
      description: 'When it is sent; not when there is nothing to tell.',
      default: '0 9 * * *',
    }),
    timezone,
  },
  { description: 'The daily digest of what opened at P3 and was told to nobody.' },
);

export const policySection = section(
  {
    routes: Type.Array(route, {
      description:
        'Who is told: the first that matches. Without any, each channel hears of all that reaches its `minSeverity`.',
      default: [],
      maxItems: 100,
    }),
    owners: Type.Array(owner, {
      description: 'Owners of services; the last that matches wins.',
      default: [],
      maxItems: 1000,
    }),
    ownersFile: Type.Optional(
      Type.String({
        description:
          'A file as CODEOWNERS is: a pattern of services and its owner a line, the last that matches wins; `owners` come after it. Relative to the working directory.',
        minLength: 1,
      }),
    ),
    ownerAttributes: Type.Array(
      Type.String({
        ...{ description: 'One of them.', pattern: '^[!-~]{4,127}$' },
        [EXPECTS]: 'the name of an attribute, of 4 to 127 characters without spaces',
      }),
      {
        description:
          'Attributes of the resource by which services name their owner, best first, where no rule of `owners` or `ownersFile` fits; in documents of Elastic APM, the labels of those names. Empty: none is read.',
        default: [...OWNER_ATTRIBUTES],
        maxItems: 4,
      },
    ),
    tiers: Type.Array(tier, {
      description: 'Raise or cap the severity by service; the first that matches.',
      default: [],
      maxItems: 100,
    }),
    maintenance: Type.Array(section({ ...times, match: matchers }, { description: 'A planned time.' }), {
      description:
        'Times in which incidents that match are told to nobody; what is still open is told after.',
      default: [],
      maxItems: 100,
    }),
    muteTimes: Type.Array(section(times, { description: 'A time that routes may name.' }), {
      description: 'Times in which routes that name them tell nobody.',
      default: [],
      maxItems: 100,
    }),
    inhibit,
    digest,
  },
  {
    description:
      'Who is told of what, and when (docs/policy.md). Without it, each channel by its `minSeverity`.',
  },
);
