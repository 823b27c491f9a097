import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Runtime } from '../runtime/index.ts';
import type { Access, AccessRequest } from './access.ts';
import type { FailureLimiter } from './failure-limiter.ts';
import { replyProblem } from './problem-reply.ts';
import { foreignWrite } from './same-origin.ts';

/** Probes cannot send tokens, and a login has none yet; these routes say nothing that needs one. */
const OPEN_ROUTES: ReadonlySet<string | undefined> = new Set(['/healthz', '/readyz']);

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered without a token; the other checks stay. */
    readonly open?: boolean;
    /** Verified by its own signature: no token, and any Host, since a proxy stands before it. */
    readonly signed?: boolean;
  }
}

export interface GuardParts {
  readonly access: (request: AccessRequest) => Access;
  readonly limiter: FailureLimiter;
  /** Whether the right token is taken from an address that is limited for wrong ones (`isUnguessable`). */
  readonly passesLimit: boolean;
  /** Where people without a session are sent, when they asked for a page. */
  readonly loginPath?: string;
}

/** What access looks at. */
export function accessRequestOf({ headers }: FastifyRequest): AccessRequest {
  return { authorization: headers.authorization, host: headers.host, cookie: headers.cookie };
}

/** What every request passes: who may ask, headers that every answer has, and what is counted. */
export function addGuards(server: FastifyInstance, parts: GuardParts, runtime: Runtime): void {
  const failures = runtime.metrics.counter(
    'spanwatch_http_access_failures_total',
    'Requests to the API that showed a wrong token, or came too soon after too many of them.',
  );
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    const { url, config } = request.routeOptions;
    if (OPEN_ROUTES.has(url) || config.signed === true) return;
    const { method, headers } = request;
    const forged = foreignWrite({
      method,
      host: headers.host,
      origin: headers.origin,
      secFetchSite: one(headers['sec-fetch-site']),
      authorization: headers.authorization,
    });
    if (forged !== undefined) return replyProblem(reply, 403, forged);
    const outcome = parts.access(accessRequestOf(request));
    if (config.open === true && outcome.kind !== 'misdirected') return;
    const retryAfterS = parts.limiter.blockedForS(request.ip);
    // Behind a proxy all callers are one address: one that shows a wrong token must not shut out the others.
    const passes = outcome.kind === 'granted' && parts.passesLimit;
    if (retryAfterS > 0 && headers.authorization !== undefined && !passes) {
      failures.inc();
      return replyLimited(reply, retryAfterS);
    }
    if (outcome.kind === 'unauthorised' && outcome.tried) {
      failures.inc();
      parts.limiter.failed(request.ip);
    }
    return refuse(outcome, request, { reply, loginPath: parts.loginPath });
  });
  countRequests(server, runtime);
}

function countRequests(server: FastifyInstance, runtime: Runtime): void {
  const requests = runtime.metrics.counter(
    'spanwatch_http_requests_total',
    'Requests to the API, by route and status.',
    ['route', 'status'],
  );
  const duration = runtime.metrics.histogram(
    'spanwatch_http_request_duration_seconds',
    'Time to answer a request to the API.',
    { labels: ['route'], buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10] },
  );
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    requests.inc({ route, status: String(reply.statusCode) });
    duration.observe({ route }, reply.elapsedTime / 1000);
    done();
  });
}

/** RFC 6585, 429 with Retry-After. */
export function replyLimited(reply: FastifyReply, retryAfterS: number): FastifyReply {
  const detail = `too many wrong tokens from this address: try again in ${retryAfterS} s`;
  return replyProblem(reply.header('retry-after', String(retryAfterS)), 429, detail);
}

function refuse(
  outcome: Access,
  request: FastifyRequest,
  { reply, loginPath }: { readonly reply: FastifyReply; readonly loginPath: string | undefined },
): FastifyReply | undefined {
  switch (outcome.kind) {
    case 'granted':
      return undefined;
    case 'unauthorised':
      if (loginPath !== undefined && wantsPage(request)) {
        return reply.redirect(`${loginPath}?to=${encodeURIComponent(request.url)}`, 303);
      }
      return replyProblem(reply.header('www-authenticate', 'Bearer'), 401, 'a valid bearer token is needed');
    case 'misdirected':
      return replyProblem(
        reply,
        421,
        'without a token only loopback names are answered: use 127.0.0.1 or localhost, or set http.token',
      );
  }
}

/** A person in a browser that asks for a page, not a program that asks for data. */
function wantsPage({ method, url, headers }: FastifyRequest): boolean {
  return method === 'GET' && !url.startsWith('/api/') && headers.accept?.includes('text/html') === true;
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
