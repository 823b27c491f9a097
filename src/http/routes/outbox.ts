import { DELIVERY_STATES } from '../../domain/delivery-state.ts';
import { Type } from '@sinclair/typebox';
import { deliveryView } from '../incident-view.ts';
import type { ApiBook } from '../operation.ts';
import type { DeliveryOutcome, HttpParts } from '../port.ts';
import { replyProblem } from '../problem-reply.ts';
import { by, cursor, limit, literals } from '../schemas/common.ts';
import { deliveryPageSchema, deliverySchema } from '../schemas/delivery.ts';
import type { FastifyReply } from 'fastify';

const deliveriesQuery = Type.Object(
  {
    state: Type.Optional(literals(DELIVERY_STATES)),
    channel: Type.Optional(Type.String({ maxLength: 200 })),
    incident: Type.Optional(Type.String({ maxLength: 300 })),
    limit,
    cursor,
  },
  { additionalProperties: false },
);
/** Their ids hold an incident's id and a channel's name, with a slash between. */
const deliveryParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 600 }) });
const byBody = Type.Object({ by }, { additionalProperties: false });
const NO_OUTBOX = 'this process has no outbox to administer';

/** The outbox: what waits, what was given up; again, or never. */
export function outboxRoutes(api: ApiBook, parts: Pick<HttpParts, 'outbox'>): void {
  listRoute(api, parts);
  changeRoutes(api, parts);
}

const tag = 'outbox';
const answers = {
  200: { description: 'It, as it is now.', schema: deliverySchema },
  404: { description: 'There is no delivery of this id.' },
  409: { description: 'It is in a state in which this cannot be done.' },
  501: { description: NO_OUTBOX },
};

function listRoute(api: ApiBook, { outbox }: Pick<HttpParts, 'outbox'>): void {
  api.add(
    {
      method: 'GET',
      path: '/api/v1/deliveries',
      id: 'listDeliveries',
      tag,
      summary: 'Messages to channels, newest first; dead letters are `state=dead`',
      query: deliveriesQuery,
      answers: { 200: { description: 'A page of them.', schema: deliveryPageSchema }, 501: answers[501] },
    },
    async ({ query, reply }) => {
      if (outbox === undefined) return replyProblem(reply, 501, NO_OUTBOX);
      const { incident, cursor: after, ...filter } = query;
      const page = await outbox.list({
        ...filter,
        ...(incident !== undefined && { incidentId: incident }),
        ...(after !== undefined && { after }),
      });
      return { deliveries: page.deliveries.map(deliveryView), next: page.next ?? null };
    },
  );
}

function changeRoutes(api: ApiBook, { outbox }: Pick<HttpParts, 'outbox'>): void {
  api.add(
    {
      method: 'POST',
      path: '/api/v1/deliveries/{id}/resend',
      id: 'resendDelivery',
      tag,
      summary: 'What was given up goes out again, as if written now',
      params: deliveryParams,
      answers,
    },
    async ({ params, reply }) =>
      outbox === undefined
        ? replyProblem(reply, 501, NO_OUTBOX)
        : replyDelivery(reply, await outbox.resend(params.id)),
  );
  api.add(
    {
      method: 'POST',
      path: '/api/v1/deliveries/{id}/drop',
      id: 'dropDelivery',
      tag,
      summary: 'What waits is not sent',
      params: deliveryParams,
      body: byBody,
      answers,
    },
    async ({ params, body, reply }) =>
      outbox === undefined
        ? replyProblem(reply, 501, NO_OUTBOX)
        : replyDelivery(reply, await outbox.drop(params.id, body.by)),
  );
}

function replyDelivery(reply: FastifyReply, outcome: DeliveryOutcome): FastifyReply {
  switch (outcome.kind) {
    case 'done':
      return reply.send(deliveryView(outcome.delivery));
    case 'missing':
      return replyProblem(reply, 404, 'there is no delivery of this id');
    case 'refused':
      return replyProblem(reply, 409, outcome.reason);
  }
}
