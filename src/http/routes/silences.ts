import { type Static, Type } from '@sinclair/typebox';
import type { ApiBook } from '../operation.ts';
import type { HttpParts, SilenceRecord } from '../port.ts';
import { replyFieldError, replyProblem } from '../problem-reply.ts';
import { newSilenceSchema, silenceSchema } from '../schemas/admin.ts';
import { by, idParams, literals, timeOf } from '../schemas/common.ts';

const state = literals(['pending', 'active', 'expired']);
const listQuery = Type.Object({ state: Type.Optional(state) }, { additionalProperties: false });
const byBody = Type.Object({ by }, { additionalProperties: false });
const NONE = 'this process knows no silences';

/** Silences: who is not told of what, and until when. */
export function silenceRoutes(api: ApiBook, parts: Parts): void {
  listRoute(api, parts);
  addRoute(api, parts);
  expireRoute(api, parts);
}

type Parts = Pick<HttpParts, 'silences'> & { readonly nowMs: () => number };
const tag = 'silences';

function listRoute(api: ApiBook, { silences, nowMs }: Parts): void {
  api.add(
    {
      method: 'GET',
      path: '/api/v1/silences',
      id: 'listSilences',
      tag,
      summary: 'Silences, newest first',
      query: listQuery,
      answers: {
        200: { description: 'All.', schema: Type.Object({ silences: Type.Array(silenceSchema) }) },
        501: { description: NONE },
      },
    },
    async ({ query, reply }) => {
      if (silences === undefined) return replyProblem(reply, 501, NONE);
      const all = await silences.list(query.state);
      return { silences: all.map((silence) => silenceView(silence, nowMs())) };
    },
  );
}

function addRoute(api: ApiBook, { silences, nowMs }: Parts): void {
  api.add(
    {
      method: 'POST',
      path: '/api/v1/silences',
      id: 'addSilence',
      tag,
      summary: 'Incidents that all matchers match are told to nobody for a while',
      body: newSilenceSchema,
      answers: {
        201: { description: 'It is in force, or will be.', schema: silenceSchema },
        400: { description: 'It cannot be; `errors` say which field and why.' },
        501: { description: NONE },
      },
    },
    async ({ body, reply }) => {
      if (silences === undefined) return replyProblem(reply, 501, NONE);
      const { startsAt, endsAt, ...rest } = body;
      const outcome = await silences.add({
        ...rest,
        endsAt: Date.parse(endsAt),
        ...(startsAt !== undefined && { startsAt: Date.parse(startsAt) }),
      });
      if (outcome.kind === 'done') return reply.code(201).send(silenceView(outcome.silence, nowMs()));
      const { field, reason } = outcome.kind === 'refused' ? outcome : { field: 'id', reason: 'is gone' };
      return replyFieldError(reply, { field, in: 'body', reason });
    },
  );
}

function expireRoute(api: ApiBook, { silences, nowMs }: Parts): void {
  api.add(
    {
      method: 'POST',
      path: '/api/v1/silences/{id}/expire',
      id: 'expireSilence',
      tag,
      summary: 'Ends it now',
      params: idParams,
      body: byBody,
      answers: {
        200: { description: 'It has ended.', schema: silenceSchema },
        404: { description: 'There is no silence of this id.' },
        409: { description: 'It had ended already.' },
        501: { description: NONE },
      },
    },
    async ({ params, body, reply }) => {
      if (silences === undefined) return replyProblem(reply, 501, NONE);
      const outcome = await silences.expire(params.id, body.by);
      if (outcome.kind === 'missing') return replyProblem(reply, 404, 'there is no silence of this id');
      if (outcome.kind === 'refused') return replyProblem(reply, 409, outcome.reason);
      return silenceView(outcome.silence, nowMs());
    },
  );
}

function silenceView(silence: SilenceRecord, nowMs: number): Static<typeof silenceSchema> {
  const { startsAt, endsAt, createdAt, matchers, ...rest } = silence;
  return {
    ...rest,
    matchers: matchers.map((matcher) => ({ ...matcher })),
    state: nowMs >= endsAt ? 'expired' : nowMs < startsAt ? 'pending' : 'active',
    startsAt: timeOf(startsAt),
    endsAt: timeOf(endsAt),
    createdAt: timeOf(createdAt),
  };
}
