import type { Logins } from '../session.ts';
import { loginPage } from './problem-page.ts';
import { field, ownPath, queryText } from './request.ts';
import { type PageServer, send } from './page-server.ts';

const MOST_PATH = 1000;

/** `/login` and `/logout`, for browsers beyond loopback: they cannot send a token with each request. */
export function loginRoutes({ scope, context }: PageServer, logins: Logins): void {
  scope.get('/login', { config: { open: true } }, (request, reply) =>
    send(reply, loginPage(context(request), { to: ownPath(queryText(request, 'to', MOST_PATH)) })),
  );
  scope.post('/login', { config: { open: true } }, (request, reply) => {
    const to = ownPath(field(request.body, 'to', MOST_PATH));
    const outcome = logins.login(field(request.body, 'token', 1000), request.ip);
    switch (outcome.kind) {
      case 'granted':
        return reply.header('set-cookie', outcome.setCookie).redirect(to, 303);
      case 'needless':
        return reply.redirect(to, 303);
      case 'refused':
        return send(reply, loginPage(context(request), { to, problem: 'wrong' }), 403);
      case 'limited':
        reply.header('retry-after', String(outcome.retryAfterS));
        return send(reply, loginPage(context(request), { to, problem: 'slow' }), 429);
    }
  });
  scope.post('/logout', (_request, reply) =>
    reply.header('set-cookie', logins.logout()).redirect('/login', 303),
  );
}
