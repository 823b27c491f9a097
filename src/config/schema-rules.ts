import { type TProperties, type TString, Type } from '@sinclair/typebox';
import { SEVERITIES } from '../domain/incident.ts';
import { RULE_MEASURES } from '../domain/rule.ts';
import { EXPECTS, oneOf, partName, section, variants, whole } from './schema-parts.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const pattern = (description: string): TString =>
  Type.String({ description, default: '*', minLength: 1, maxLength: 300 });

const common = {
  name: partName('Names the rule in messages.'),
  severity: oneOf(SEVERITIES, {
    description: 'Of its incidents; `policy.tiers` do not change it.',
    default: 'P1',
  }),
  service: pattern('Services by name, `*` for any characters; also `NAMESPACE/NAME`.'),
  operation: pattern('Operations by name, likewise.'),
  environment: Type.Optional(
    Type.String({ description: 'Only this deployment environment.', maxLength: 200 }),
  ),
  by: oneOf(['operation', 'service', 'all'], {
    description: 'What is judged on its own: each operation, each service, or all that matches together.',
    default: 'operation',
  }),
  minRequests: whole({
    description: 'With fewer requests in the window nothing is said; a rate is said of any number.',
    default: 20,
    minimum: 1,
    maximum: 1_000_000,
  }),
} satisfies TProperties;

const measure = oneOf(RULE_MEASURES, {
  description:
    'Of the requests that enter a service: a quantile of their time, the part that failed, or how many a second.',
});

const threshold = section(
  {
    ...common,
    type: Type.Literal('threshold'),
    measure,
    above: Type.Optional(
      Type.Number({
        description:
          'Broken above it: milliseconds for p50 to p99, 0 to 1 for error-ratio, requests a second for rate.',
        minimum: 0,
      }),
    ),
    below: Type.Optional(Type.Number({ description: 'Broken below it, likewise.', minimum: 0 })),
    windowMs: whole({
      description: 'What the value is of; whole tens of seconds.',
      default: MINUTE_MS,
      minimum: 10_000,
      maximum: HOUR_MS,
    }),
    forMs: whole({
      description: 'How long it must stay so before it is an incident.',
      default: MINUTE_MS,
      minimum: 0,
      maximum: DAY_MS,
    }),
  },
  { description: 'A value beyond a limit, for some time.' },
);

const period = section(
  {
    ...common,
    type: Type.Literal('period'),
    measure,
    period: oneOf(['day', 'week'], { description: 'How long ago it is compared with.', default: 'day' }),
    timesAbove: Type.Optional(
      Type.Number({ description: 'Broken when it is more than so many times that of then.', minimum: 0 }),
    ),
    timesBelow: Type.Optional(
      Type.Number({ description: 'Broken when it is less than this part of that of then.', minimum: 0 }),
    ),
    windowMs: whole({
      description: 'What both values are of; whole tens of seconds.',
      default: 10 * MINUTE_MS,
      minimum: MINUTE_MS,
      maximum: 6 * HOUR_MS,
    }),
  },
  { description: 'A value against the same time a day or a week ago.' },
);

const burnWindow = section(
  {
    factor: Type.Number({
      description: 'How many times as fast as it would last the error budget goes.',
      exclusiveMinimum: 0,
      maximum: 100_000,
    }),
    longMs: whole({ description: 'The longer window.', minimum: MINUTE_MS, maximum: 30 * DAY_MS }),
    shortMs: whole({
      description: 'The shorter one, so that it ends soon after its cause.',
      minimum: 10_000,
      maximum: 7 * DAY_MS,
    }),
    severity: Type.Optional(oneOf(SEVERITIES, { description: "Of this pair; the rule's when absent." })),
  },
  { description: 'A pair of windows, both of which must burn.' },
);

const burnRate = section(
  {
    ...common,
    type: Type.Literal('burn-rate'),
    objective: Type.Number({
      description: 'Part of the requests that must be good, such as 0.999.',
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      [EXPECTS]: 'a share between 0 and 1, such as 0.999 for 99.9%',
    }),
    slowerThanMs: Type.Optional(
      Type.Number({
        description: 'Requests that take longer are bad, too, not only those that failed.',
        exclusiveMinimum: 0,
      }),
    ),
    windows: Type.Array(burnWindow, {
      description:
        'Pairs of windows (Google, The Site Reliability Workbook, chapter 5): 2% of a month in an hour, 5% in six, 10% in three days.',
      default: [
        { factor: 14.4, longMs: HOUR_MS, shortMs: 5 * MINUTE_MS },
        { factor: 6, longMs: 6 * HOUR_MS, shortMs: 30 * MINUTE_MS },
        { factor: 1, longMs: 3 * DAY_MS, shortMs: 6 * HOUR_MS, severity: 'P2' },
      ],
      minItems: 1,
      maxItems: 8,
    }),
  },
  { description: 'How fast the error budget of an objective goes.' },
);

export const ruleSchema = variants([threshold, period, burnRate], {
  description: 'What an organisation must alert on, whatever is learned (docs/policy.md, "Static rules").',
});
