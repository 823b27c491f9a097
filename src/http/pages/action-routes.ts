import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CommandOutcome, CommandRequest } from '../../domain/incident-command.ts';
import { incidentHref } from './parts.ts';
import { problemPage } from './problem-page.ts';
import { BY_COOKIE, byOf, field, keptCookie } from './request.ts';
import { type PageServer, send } from './page-server.ts';

const MOST_BY = 100;
const MOST_TEXT = 2000;

type Act = 'acknowledge' | 'resolve' | 'note' | 'not-an-anomaly' | 'normal-now';
const ACTS: readonly Act[] = ['acknowledge', 'resolve', 'note', 'not-an-anomaly', 'normal-now'];

/** Forms of people. The guards have refused those of other sites before; each ends in a redirect or a page that says why not. */
export function actionRoutes({ scope, parts, context }: PageServer): void {
  for (const act of ACTS) {
    scope.post<{ Params: { id: string } }>(`/incidents/:id/${act}`, async (request, reply) => {
      const incidentId = request.params.id;
      const by = field(request.body, 'by', MOST_BY);
      if (by !== '') reply.header('set-cookie', keptCookie(BY_COOKIE, by));
      const command = commandOf(act, request, { incidentId, by: by === '' ? '?' : by });
      if (command === undefined) {
        const { texts } = context(request);
        const problem = { incidentId, detail: texts.problems.noteEmpty };
        return send(reply, problemPage(context(request), 'refused', problem), 400);
      }
      if (parts.command === undefined) return send(reply, problemPage(context(request), 'refused'), 501);
      return answer(await parts.command(command), { request, reply, context, incidentId });
    });
  }
  scope.post('/status/feedback', async (request, reply) => {
    const by = byOf(request);
    const outcome = await parts.feedback?.revoke(field(request.body, 'id', 300), by === '' ? '?' : by);
    if (outcome?.kind === 'done') return reply.redirect('/status#feedback', 303);
    const detail = outcome?.kind === 'refused' ? { detail: outcome.reason } : {};
    return send(reply, problemPage(context(request), 'refused', detail), 409);
  });
  scope.post('/status/outbox', async (request, reply) => {
    const id = field(request.body, 'id', 600);
    const outcome =
      field(request.body, 'act', 20) === 'drop'
        ? await parts.outbox?.drop(id, field(request.body, 'by', MOST_BY))
        : await parts.outbox?.resend(id);
    if (outcome?.kind === 'done') return reply.redirect('/status#outbox', 303);
    const detail = outcome?.kind === 'refused' ? { detail: outcome.reason } : {};
    return send(reply, problemPage(context(request), 'refused', detail), 409);
  });
}

function commandOf(
  act: Act,
  request: FastifyRequest,
  who: { readonly incidentId: string; readonly by: string },
): CommandRequest | undefined {
  const revision = field(request.body, 'revision', 12);
  const base = { ...who, ...(/^\d{1,9}$/.test(revision) ? { ifRevision: Number(revision) } : {}) };
  switch (act) {
    case 'note': {
      const text = field(request.body, 'text', MOST_TEXT);
      // A note is welcome whatever happened meanwhile.
      return text === '' ? undefined : { ...who, type: 'note', text };
    }
    case 'acknowledge':
    case 'resolve':
      return { ...base, type: act };
    case 'not-an-anomaly':
    case 'normal-now':
      return { ...base, type: 'feedback', verdict: act };
  }
}

function answer(
  outcome: CommandOutcome,
  to: {
    readonly request: FastifyRequest;
    readonly reply: FastifyReply;
    readonly context: PageServer['context'];
    readonly incidentId: string;
  },
): FastifyReply {
  const { request, reply, incidentId } = to;
  const page = to.context(request);
  switch (outcome.kind) {
    case 'done':
      return reply.redirect(incidentHref(incidentId), 303);
    case 'missing':
      return send(reply, problemPage(page, 'notFound'), 404);
    case 'conflict':
      return send(reply, problemPage(page, 'conflict', { incidentId }), 409);
    case 'refused':
      return send(reply, problemPage(page, 'refused', { incidentId, detail: outcome.reason }), 409);
  }
}
