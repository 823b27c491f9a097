import { type Static, type TProperties, Type } from '@sinclair/typebox';
import type { FastifyReply } from 'fastify';
import type { CommandOutcome, CommandRequest } from '../../domain/incident-command.ts';
import { incidentView } from '../incident-view.ts';
import type { Answer, ApiBook } from '../operation.ts';
import type { HttpParts } from '../port.ts';
import { replyFieldError, replyProblem } from '../problem-reply.ts';
import { by, idParams } from '../schemas/common.ts';
import { incidentSchema, verdict } from '../schemas/incident.ts';

const revision = Type.Optional(
  Type.Integer({ minimum: 1, description: 'The revision that was read, when If-Match cannot be sent.' }),
);
const closed = <T extends TProperties>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });

const actBody = closed({ by, revision });
const noteBody = closed({
  by,
  revision,
  text: Type.String({ minLength: 1, maxLength: 2000, description: 'Kept as it is, shown as text.' }),
});
const feedbackBody = closed({ by, revision, verdict });

const HEADERS = {
  'if-match':
    'The ETag that was read (`"7"`), or `*`. New figures alone, which come every ten seconds while it fires, do not make it stale.',
};
const ANSWERS: Readonly<Record<number, Answer>> = {
  200: {
    description: 'The incident as it is now. A retry of what was done already too.',
    schema: incidentSchema,
  },
  400: { description: 'The request cannot be used; `errors` say which field and why.' },
  404: { description: 'There is no incident of this id.' },
  409: { description: 'It makes no sense in this state.' },
  412: { description: 'Somebody was first: read again. `revision` is the current one.' },
  501: { description: 'This process takes no commands.' },
  503: { description: 'It was taken, and the store could not write it in time; ask again.' },
};
const NEEDS_REVISION: Readonly<Record<number, Answer>> = {
  ...ANSWERS,
  428: { description: 'It needs If-Match, or a `revision` in the body.' },
};

/** What people ask of incidents. */
export function commandRoutes(api: ApiBook, { command }: Pick<HttpParts, 'command'>): void {
  const common = { method: 'POST', tag: 'incidents', params: idParams, headers: HEADERS } as const;
  for (const [type, summary] of [
    ['acknowledge', 'Somebody is on it'],
    ['resolve', 'It is over; it stays so while the same anomaly goes on, unless it gets worse or returns'],
  ] as const) {
    const path = `/api/v1/incidents/{id}/${type}`;
    const id = `${type}Incident`;
    api.add(
      { ...common, path, id, summary, body: actBody, answers: NEEDS_REVISION },
      ({ params, body, request, reply }) =>
        apply(command, reply, {
          request: { type, incidentId: params.id, by: body.by },
          precondition: preconditionOf(request.headers['if-match'], body, 'needed'),
        }),
    );
  }
  api.add(
    {
      ...common,
      path: '/api/v1/incidents/{id}/notes',
      id: 'noteIncident',
      summary: 'A note; the same words of the same person within ten minutes are one',
      body: noteBody,
      answers: ANSWERS,
    },
    ({ params, body, request, reply }) =>
      apply(command, reply, {
        request: { type: 'note', incidentId: params.id, by: body.by, text: body.text },
        precondition: preconditionOf(request.headers['if-match'], body, 'welcome'),
      }),
  );
  api.add(
    {
      ...common,
      path: '/api/v1/incidents/{id}/feedback',
      id: 'judgeIncident',
      summary: 'Whether it was none, or is normal from now on',
      body: feedbackBody,
      answers: NEEDS_REVISION,
    },
    ({ params, body, request, reply }) =>
      apply(command, reply, {
        request: { type: 'feedback', incidentId: params.id, by: body.by, verdict: body.verdict },
        precondition: preconditionOf(request.headers['if-match'], body, 'needed'),
      }),
  );
}

type Precondition = { readonly ifRevision?: number } | { readonly problem: 'missing' | 'broken' | 'two' };

/** RFC 9110, 13.1.1: one ETag of ours, or `*`. */
function preconditionOf(
  ifMatch: string | undefined,
  body: Static<typeof actBody>,
  need: 'needed' | 'welcome',
): Precondition {
  if (ifMatch === undefined) {
    if (body.revision !== undefined) return { ifRevision: body.revision };
    return need === 'needed' ? { problem: 'missing' } : {};
  }
  if (ifMatch.trim() === '*') return body.revision === undefined ? {} : { ifRevision: body.revision };
  const match = /^\s*"(\d{1,9})"\s*$/.exec(ifMatch);
  if (match === null) return { problem: 'broken' };
  const ifRevision = Number(match[1]);
  return body.revision === undefined || body.revision === ifRevision ? { ifRevision } : { problem: 'two' };
}

async function apply(
  command: HttpParts['command'],
  reply: FastifyReply,
  asked: { readonly request: CommandRequest; readonly precondition: Precondition },
): Promise<FastifyReply> {
  const { request, precondition } = asked;
  if ('problem' in precondition) return replyPrecondition(reply, precondition.problem);
  if (command === undefined) return replyProblem(reply, 501, 'this process takes no commands');
  return replyOutcome(reply, await command({ ...request, ...precondition }));
}

function replyPrecondition(reply: FastifyReply, problem: 'missing' | 'broken' | 'two'): FastifyReply {
  if (problem === 'missing') {
    return replyProblem(reply, 428, 'send the ETag that you read as If-Match, or revision in the body');
  }
  const reason =
    problem === 'broken'
      ? 'is neither "REVISION", as the ETag says it, nor *'
      : 'names another revision than the body';
  return replyFieldError(reply, { field: 'if-match', in: 'headers', reason });
}

function replyOutcome(reply: FastifyReply, outcome: CommandOutcome): FastifyReply {
  switch (outcome.kind) {
    case 'done':
      return reply.header('etag', `"${outcome.incident.revision}"`).send(incidentView(outcome.incident));
    case 'missing':
      return replyProblem(reply, 404, 'there is no incident of this id');
    case 'refused':
      return replyProblem(reply, 409, outcome.reason);
    case 'conflict':
      return replyProblem(
        reply.header('etag', `"${outcome.revision}"`),
        412,
        `somebody was first: it is at revision ${outcome.revision} now`,
        { revision: outcome.revision },
      );
  }
}
