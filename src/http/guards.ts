import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Runtime } from '../runtime/index.ts';
import type { Access, AccessRequest } from './access.ts';
import { replyProblem } from './problem-reply.ts';

/** Probes cannot send tokens; these routes say nothing but yes or no. */
const OPEN_ROUTES: ReadonlySet<string | undefined> = new Set(['/healthz', '/readyz']);

/** What every request passes: who may ask, headers that every answer has, and what is counted. */
export function addGuards(
  server: FastifyInstance,
  access: (request: AccessRequest) => Access,
  runtime: Runtime,
): void {
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    });
    if (OPEN_ROUTES.has(request.routeOptions.url)) return;
    const { authorization, host } = request.headers;
    await refuse(access({ authorization, host }), reply);
  });
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

async function refuse(outcome: Access, reply: FastifyReply): Promise<void> {
  switch (outcome.kind) {
    case 'granted':
      return;
    case 'unauthorised':
      await replyProblem(reply.header('www-authenticate', 'Bearer'), 401, 'a valid bearer token is needed');
      return;
    case 'misdirected':
      await replyProblem(
        reply,
        421,
        'without a token only loopback names are answered: use 127.0.0.1 or localhost, or set http.token',
      );
  }
}
