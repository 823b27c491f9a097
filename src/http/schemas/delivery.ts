import { Type } from '@sinclair/typebox';
import { next, text, time } from './common.ts';

export const deliverySchema = Type.Object(
  {
    id: Type.String(),
    channel: Type.String(),
    incidentId: Type.String(),
    event: Type.String(),
    title: text,
    state: Type.String({
      description:
        '`pending`, `sending`, `sent`, `dead`, `expired`, `superseded`, and what other ends a channel has.',
    }),
    attempts: Type.Integer(),
    enqueuedAt: time,
    nextAttemptAt: time,
    reason: Type.Optional(text),
  },
  { title: 'Delivery' },
);

export const deliveryPageSchema = Type.Object({ deliveries: Type.Array(deliverySchema), next });
