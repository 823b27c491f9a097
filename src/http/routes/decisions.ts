import { Type } from '@sinclair/typebox';
import { DELIVERY_STATES } from '../../domain/delivery-state.ts';
import type { ApiBook } from '../operation.ts';
import type { HttpParts } from '../port.ts';
import { replyProblem } from '../problem-reply.ts';
import { idParams, literals } from '../schemas/common.ts';

const deliverySchema = Type.Object({
  state: literals(DELIVERY_STATES),
  attempts: Type.Integer(),
  reason: Type.Optional(Type.String()),
});
const decisionSchema = Type.Object({
  at: Type.String({ format: 'date-time' }),
  event: Type.String({ description: 'Of the incident, or escalation, repeat, digest.' }),
  channel: Type.String(),
  outcome: literals(['told', 'waits', 'held', 'untold']),
  reason: Type.String(),
  delivery: Type.Optional(deliverySchema),
});
const pageSchema = Type.Object({ decisions: Type.Array(decisionSchema) });

/** Why people were told of an incident, or were not. */
export function decisionRoutes(
  api: ApiBook,
  { incidents, decisions }: Pick<HttpParts, 'incidents' | 'decisions'>,
): void {
  api.add(
    {
      method: 'GET',
      path: '/api/v1/incidents/{id}/decisions',
      id: 'listDecisions',
      tag: 'incidents',
      summary: 'Who was told of an incident, when and why, and why others were not',
      params: idParams,
      answers: {
        200: { description: 'One entry an event and channel, oldest first.', schema: pageSchema },
        404: { description: 'There is none of this id.' },
        501: { description: 'This process keeps no decisions.' },
      },
    },
    async ({ params: { id }, reply }) => {
      if (decisions === undefined) return replyProblem(reply, 501, 'this process keeps no decisions');
      if ((await incidents.incident(id)) === undefined)
        return replyProblem(reply, 404, 'there is no incident of this id');
      return {
        decisions: (await decisions(id)).map(({ at, event, channel, outcome, reason, delivery }) => ({
          at: new Date(at).toISOString(),
          ...{ event, channel, outcome, reason },
          ...(delivery !== undefined && { delivery }),
        })),
      };
    },
  );
}
