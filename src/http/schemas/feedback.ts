import { Type } from '@sinclair/typebox';
import { FEEDBACK_STATES } from '../../domain/feedback.ts';
import { literals, text, time } from './common.ts';

export const feedbackStates = literals(FEEDBACK_STATES);

export const feedbackSchema = Type.Object(
  {
    incidentId: Type.String({ description: 'The incident that was called no anomaly; what `revoke` takes.' }),
    state: feedbackStates,
    by: text,
    at: time,
    expiresAt: time,
    revokedAt: Type.Optional(time),
    revokedBy: Type.Optional(text),
    followed: literals(['whole', 'part', 'none'], {
      description: 'Only so far as no true incident of the past would be silenced.',
    }),
    floors: Type.Array(
      Type.Object({
        component: Type.String({ description: 'Key by the component grammar.' }),
        direction: literals(['up', 'down']),
        least: Type.Number({
          description:
            'Smaller changes are calm: ln of the factor for latency, difference for ratios, part of the usual number for calls.',
        }),
      }),
    ),
    limitedBy: Type.Array(Type.String(), { description: 'Incidents that it would have silenced.' }),
  },
  { title: 'Feedback' },
);
