import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { SEVERITIES, type Severity } from '../../domain/incident.ts';
import type { Runtime } from '../../runtime/index.ts';
import { type Logins, SESSION_COOKIE } from '../session.ts';
import { actionRoutes } from './action-routes.ts';
import { assetRoutes } from './assets.ts';
import { incidentListPage, type ListFilter } from './incident-list.ts';
import { incidentPage } from './incident-page.ts';
import { loginRoutes } from './login-routes.ts';
import { mapPage } from './map-page.ts';
import { type AllParts, pageContext, type PageContext } from './page-context.ts';
import { type PageServer, send } from './page-server.ts';
import { problemPage } from './problem-page.ts';
import { byOf, cookie, keptCookie, LANGUAGE_COOKIE, languageOf, queryText } from './request.ts';
import { servicePage, servicesPage } from './services-page.ts';
import { statusPage } from './status-page.ts';

/**
 * Everything from here, nothing inline, no frame (W3C Content Security Policy Level 3). Data blocks of JSON are not run,
 * so that the policy does not touch them.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The pages and what they are made of, in a scope of their own: forms, the policy and failures as pages end there. */
export function pageRoutes(
  server: FastifyInstance,
  parts: AllParts,
  { logins, runtime }: { readonly logins: Logins; readonly runtime: Runtime },
): void {
  void server.register((scope, _, done) => {
    const context = (request: FastifyRequest): PageContext =>
      pageContext(parts, {
        path: request.url,
        lang: languageOf(request, parts.locale),
        session: cookie(request, SESSION_COOKIE) !== '',
      });
    scope.addHook('onRequest', async (request, reply) => {
      reply.header('content-security-policy', POLICY);
      // With `no-referrer`, browsers send `Origin: null` with our own forms (Fetch standard, 3.2), which the guards refuse.
      reply.header('referrer-policy', 'same-origin');
      const asked = queryText(request, 'lang');
      if (asked === 'en' || asked === 'zh') reply.header('set-cookie', keptCookie(LANGUAGE_COOKIE, asked));
    });
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      (_request, body, parsed) => parsed(null, new URLSearchParams(String(body))),
    );
    scope.setErrorHandler((error: FastifyError, request, reply) => {
      const isTheirs = error.statusCode !== undefined && error.statusCode < 500;
      if (!isTheirs) runtime.logger.error({ err: error }, 'a page failed');
      const text = problemPage(context(request), 'failed', isTheirs ? { detail: error.message } : {});
      return send(reply, text, error.code === 'not-written' ? 503 : (error.statusCode ?? 500));
    });
    const pages: PageServer = { scope, parts, context };
    assetRoutes(scope);
    readingRoutes(pages);
    actionRoutes(pages);
    loginRoutes(pages, logins);
    done();
  });
}

function readingRoutes({ scope, parts, context }: PageServer): void {
  scope.get('/', async (request, reply) =>
    send(reply, await incidentListPage(context(request), filterOf(request))),
  );
  scope.get<{ Params: { id: string } }>('/incidents/:id', async (request, reply) => {
    const incident = await parts.incidents.incident(request.params.id);
    if (incident === undefined) return send(reply, problemPage(context(request), 'notFound'), 404);
    const view = { allSpans: queryText(request, 'spans') === 'all', by: byOf(request) };
    return send(reply, await incidentPage(context(request), incident, view));
  });
  scope.get('/incidents', (_request, reply) => reply.redirect('/', 301));
  scope.get('/map', async (request, reply) => send(reply, await mapPage(context(request))));
  scope.get('/services', async (request, reply) =>
    send(reply, await servicesPage(context(request), queryText(request, 'q'))),
  );
  scope.get<{ Params: { key: string } }>('/services/:key', async (request, reply) => {
    const text = await servicePage(context(request), request.params.key);
    return text === undefined
      ? send(reply, problemPage(context(request), 'notFound'), 404)
      : send(reply, text);
  });
  scope.get('/status', async (request, reply) => send(reply, await statusPage(context(request))));
}

function filterOf(request: FastifyRequest): ListFilter {
  const state = queryText(request, 'state');
  const severity = SEVERITIES.find((one): one is Severity => one === queryText(request, 'severity'));
  const before = Number(queryText(request, 'before') || Number.NaN);
  return {
    state: state === 'open' || state === 'resolved' ? state : 'all',
    service: queryText(request, 'service'),
    ...(severity === undefined ? {} : { severity }),
    ...(Number.isSafeInteger(before) ? { beforeMs: before } : {}),
  };
}
