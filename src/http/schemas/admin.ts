import { Type } from '@sinclair/typebox';
import { MATCHER_NAMES, MATCHER_OPERATORS } from '../../domain/silence.ts';
import { by, literals, nullable, text, time } from './common.ts';

export const modelSchema = Type.Object(
  {
    name: Type.String(),
    createdAt: nullable(time),
    current: Type.Boolean(),
    reason: Type.Optional(text),
  },
  { title: 'Model' },
);

export const modelsSchema = Type.Object({
  current: nullable(Type.String()),
  models: Type.Array(modelSchema),
});

const matcherSchema = Type.Object(
  {
    name: literals(MATCHER_NAMES),
    operator: literals(MATCHER_OPERATORS),
    value: Type.String({ maxLength: 200 }),
  },
  { title: 'Matcher', additionalProperties: false },
);

export const silenceSchema = Type.Object(
  {
    id: Type.String(),
    state: literals(['pending', 'active', 'expired']),
    matchers: Type.Array(matcherSchema),
    startsAt: time,
    endsAt: time,
    createdAt: time,
    createdBy: text,
    comment: text,
    expiredBy: Type.Optional(text),
  },
  { title: 'Silence' },
);

export const newSilenceSchema = Type.Object(
  {
    matchers: Type.Array(matcherSchema, { minItems: 1, maxItems: 10 }),
    startsAt: Type.Optional(time),
    endsAt: time,
    by,
    comment: Type.String({ maxLength: 500, default: '' }),
  },
  { title: 'NewSilence', additionalProperties: false },
);

/** What is not known is left out; more may be said than is named here. */
export const statusSchema = Type.Object(
  {
    version: Type.Optional(Type.String()),
    model: Type.Optional(Type.Unknown()),
    eventTime: Type.Optional(nullable(time)),
    lagSeconds: Type.Optional(Type.Number({ description: 'How far event time is behind the clock.' })),
    spans: Type.Optional(Type.Number()),
    traces: Type.Optional(Type.Number()),
    services: Type.Optional(Type.Number()),
    components: Type.Optional(Type.Number()),
    learnedComponents: Type.Optional(Type.Number()),
    calibrating: Type.Optional(Type.Boolean()),
    openIncidents: Type.Optional(Type.Number()),
    budget: Type.Optional(
      Type.Object(
        {
          perWeek: Type.Number({ description: '`falseAlertsPerWeek`.' }),
          expected: Type.Number({ description: 'False openings that the time judged allows for.' }),
          observed: Type.Number({ description: 'Openings at P0 to P2 so far, true or false.' }),
        },
        { additionalProperties: true },
      ),
    ),
    outbox: Type.Optional(
      Type.Object({ pending: Type.Number(), oldestSeconds: Type.Number() }, { additionalProperties: true }),
    ),
    sources: Type.Optional(Type.Unknown()),
    blind: Type.Optional(Type.Unknown()),
    load: Type.Optional(Type.Unknown()),
  },
  { title: 'Status', additionalProperties: true },
);
