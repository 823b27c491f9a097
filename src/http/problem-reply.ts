import type { FastifyReply } from 'fastify';
import type { FieldError } from './schemas/common.ts';

/** What a problem says beyond its detail (RFC 9457, section 3.2). */
export interface ProblemExtensions {
  readonly errors?: readonly FieldError[];
  readonly revision?: number;
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Answers with problem details (RFC 9457): `title` is fixed for a status, `detail` says what about this request. */
export function replyProblem(
  reply: FastifyReply,
  status: number,
  detail: string,
  extensions: ProblemExtensions = {},
): FastifyReply {
  const title = TITLES[status] ?? 'Error';
  return reply
    .code(status)
    .type(PROBLEM_TYPE)
    .send(JSON.stringify({ type: 'about:blank', title, status, detail, ...extensions }));
}

/** A field of the request that cannot be used, found after its schema was held to. */
export function replyFieldError(reply: FastifyReply, error: FieldError, status = 400): FastifyReply {
  return replyProblem(reply, status, `${error.field} ${error.reason}`, { errors: [error] });
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};
