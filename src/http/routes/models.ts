import { Type } from '@sinclair/typebox';
import type { ApiBook } from '../operation.ts';
import type { HttpParts, ModelVersion } from '../port.ts';
import { replyProblem } from '../problem-reply.ts';
import { modelSchema, modelsSchema } from '../schemas/admin.ts';
import { timeOrNull } from '../schemas/common.ts';

const rollBackBody = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 300, description: 'Of the version to use again.' }) },
  { additionalProperties: false },
);
const NO_MODELS = 'this process keeps no versions of models';

/** Models: which is in use, which were, back to one. */
export function modelRoutes(api: ApiBook, { models }: Pick<HttpParts, 'models'>): void {
  const tag = 'models';
  api.add(
    {
      method: 'GET',
      path: '/api/v1/models',
      id: 'listModels',
      tag,
      summary: 'The model in use, and those that can be used again',
      answers: {
        200: { description: 'Newest first.', schema: modelsSchema },
        501: { description: NO_MODELS },
      },
    },
    async ({ reply }) => {
      if (models === undefined) return replyProblem(reply, 501, NO_MODELS);
      const current = models.current()?.name;
      const all = await models.list();
      return { current: current ?? null, models: all.map((model) => modelView(model, current)) };
    },
  );
  api.add(
    {
      method: 'POST',
      path: '/api/v1/models/roll-back',
      id: 'rollBackModel',
      tag,
      summary: 'Uses an earlier version from now on',
      body: rollBackBody,
      answers: {
        200: { description: 'It is in use.', schema: modelSchema },
        404: { description: 'There is no version of this name.' },
        409: { description: 'It cannot be used.' },
        501: { description: NO_MODELS },
      },
    },
    async ({ body, reply }) => {
      if (models === undefined) return replyProblem(reply, 501, NO_MODELS);
      const outcome = await models.rollBack(body.name);
      if (outcome.kind === 'missing') return replyProblem(reply, 404, 'there is no version of this name');
      if (outcome.kind === 'refused') return replyProblem(reply, 409, outcome.reason);
      return modelView(outcome.model, outcome.model.name);
    },
  );
}

function modelView({ name, createdAt, reason }: ModelVersion, current: string | undefined): object {
  return {
    name,
    createdAt: timeOrNull(createdAt ?? null),
    current: name === current,
    ...(reason !== undefined && { reason }),
  };
}
