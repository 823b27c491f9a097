import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AllParts, PageContext } from './page-context.ts';

/** What pages hang on: who may ask was settled by the guards before. */
export interface PageServer {
  readonly scope: FastifyInstance;
  readonly parts: AllParts;
  readonly context: (request: FastifyRequest) => PageContext;
}

export function send(reply: FastifyReply, text: string, status = 200): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(text);
}
