import { type Static, Type } from '@sinclair/typebox';
import { type Feedback, feedbackState } from '../../domain/feedback.ts';
import type { ApiBook } from '../operation.ts';
import type { HttpParts } from '../port.ts';
import { replyProblem } from '../problem-reply.ts';
import { feedbackSchema, feedbackStates } from '../schemas/feedback.ts';
import { by, idParams, timeOf } from '../schemas/common.ts';

const listQuery = Type.Object({ state: Type.Optional(feedbackStates) }, { additionalProperties: false });
const byBody = Type.Object({ by }, { additionalProperties: false });
const NONE = 'this process follows no feedback';
const tag = 'feedback';

type Parts = Pick<HttpParts, 'feedback'> & { readonly nowMs: () => number };

/** What people called no anomaly, what it amounts to, and taking it back. Saying it is a command on the incident. */
export function feedbackRoutes(api: ApiBook, { feedback, nowMs }: Parts): void {
  api.add(
    {
      method: 'GET',
      path: '/api/v1/feedback',
      id: 'listFeedback',
      tag,
      summary: 'What people called no anomaly, newest first',
      query: listQuery,
      answers: {
        200: {
          description: 'The newest thousand.',
          schema: Type.Object({ feedback: Type.Array(feedbackSchema) }),
        },
        501: { description: NONE },
      },
    },
    async ({ query, reply }) => {
      if (feedback === undefined) return replyProblem(reply, 501, NONE);
      const all = (await feedback.list()).map((one) => feedbackView(one, nowMs()));
      return { feedback: all.filter(({ state }) => query.state === undefined || state === query.state) };
    },
  );
  api.add(
    {
      method: 'POST',
      path: '/api/v1/feedback/{id}/revoke',
      id: 'revokeFeedback',
      tag,
      summary: 'Takes it back: what it kept calm is heard again from now on',
      params: idParams,
      body: byBody,
      answers: {
        200: { description: 'It holds no more.', schema: feedbackSchema },
        404: { description: 'Nobody called an incident of this id no anomaly.' },
        409: { description: 'It was over already.' },
        501: { description: NONE },
      },
    },
    async ({ params, body, reply }) => {
      if (feedback === undefined) return replyProblem(reply, 501, NONE);
      const outcome = await feedback.revoke(params.id, body.by);
      if (outcome.kind === 'missing')
        return replyProblem(reply, 404, 'nobody called an incident of this id no anomaly');
      if (outcome.kind === 'refused') return replyProblem(reply, 409, outcome.reason);
      return feedbackView(outcome.feedback, nowMs());
    },
  );
}

function feedbackView(feedback: Feedback, nowMs: number): Static<typeof feedbackSchema> {
  const { id, by: who, at, expiresAt, revokedAt, revokedBy, followed, floors, limitedBy } = feedback;
  return {
    incidentId: id,
    state: feedbackState(feedback, nowMs),
    by: who,
    at: timeOf(at),
    expiresAt: timeOf(expiresAt),
    ...(revokedAt !== undefined && { revokedAt: timeOf(revokedAt) }),
    ...(revokedBy !== undefined && { revokedBy }),
    followed,
    floors: floors.map((floor) => ({ ...floor })),
    limitedBy: [...limitedBy],
  };
}
