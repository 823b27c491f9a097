import type { FastifyError, FastifyInstance } from 'fastify';
import type { Runtime } from '../runtime/index.ts';
import { replyProblem } from './problem-reply.ts';
import type { FieldError } from './schemas/common.ts';

/** Every failure is a problem document: of the request with its fields, of ours without a word about the inside. */
export function addProblems(server: FastifyInstance, runtime: Runtime): void {
  server.setErrorHandler((error: FastifyError, _request, reply) => {
    const errors = fieldErrors(error);
    if (errors.length > 0) {
      const detail = errors.map(({ field, reason }) => `${field} ${reason}`).join('; ');
      return replyProblem(reply, 400, detail, { errors });
    }
    // By contract of `HttpParts.command`.
    if (error.code === 'not-written') {
      return replyProblem(reply.header('retry-after', '5'), 503, error.message);
    }
    const status = error.statusCode ?? 500;
    if (status >= 400 && status < 500) return replyProblem(reply, status, error.message);
    runtime.logger.error({ err: error }, 'a request to the API failed');
    return replyProblem(reply, 500, 'the request failed; the log says why');
  });
  server.setNotFoundHandler((_request, reply) =>
    replyProblem(reply, 404, 'there is nothing at this address'),
  );
}

const PLACES: Readonly<Record<string, string>> = { querystring: 'query', params: 'path' };
/** More mistakes than this do not help. */
const MOST_ERRORS = 20;

function fieldErrors({ validation = [], validationContext = 'body' }: FastifyError): FieldError[] {
  const place = PLACES[validationContext] ?? validationContext;
  return validation.slice(0, MOST_ERRORS).map(({ instancePath, params, keyword, message = 'is wrong' }) => {
    const path = instancePath.slice(1).replaceAll('/', '.');
    const inner = text(params['missingProperty']) ?? text(params['additionalProperty']);
    const field = [path, inner].filter((part) => part !== undefined && part !== '').join('.');
    if (keyword === 'required') return { field, in: place, reason: 'is missing' };
    if (keyword === 'additionalProperties') return { field, in: place, reason: 'is not known here' };
    const allowed = params['allowedValues'];
    const reason = Array.isArray(allowed) ? `must be one of ${allowed.join(', ')}` : message;
    return { field: field === '' ? place : field, in: place, reason };
  });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, 100) : undefined;
}
