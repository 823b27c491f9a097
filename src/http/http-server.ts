import { type FastifyInstance, fastify } from 'fastify';
import type { Runtime } from '../runtime/index.ts';
import { createAccess, isLoopback, isUnguessable } from './access.ts';
import { HttpServerError, listenError } from './http-server-error.ts';
import { FailureLimiter } from './failure-limiter.ts';
import { accessRequestOf, addGuards } from './guards.ts';
import { ApiBook } from './operation.ts';
import type { HttpParts } from './port.ts';
import { addProblems } from './problems.ts';
import { callbackRoutes } from './callback-routes.ts';
import { commandRoutes } from './routes/commands.ts';
import { pageRoutes } from './pages/routes.ts';
import { componentRoutes } from './routes/components.ts';
import { decisionRoutes } from './routes/decisions.ts';
import { logRoutes } from './routes/logs.ts';
import { eventRoutes } from './routes/events.ts';
import { feedbackRoutes } from './routes/feedback.ts';
import { healthRoutes } from './routes/health.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { modelRoutes } from './routes/models.ts';
import { openApiRoutes } from './routes/openapi.ts';
import { outboxRoutes } from './routes/outbox.ts';
import { silenceRoutes } from './routes/silences.ts';
import { statusRoutes } from './routes/status.ts';
import { createLogins } from './session.ts';

export interface HttpConfig {
  readonly host: string;
  /** 0: any free port (see `HttpServer.port`). */
  readonly port: number;
  /** Callers must send `Authorization: Bearer TOKEN`. Needed beyond loopback, unless `insecure`. */
  readonly token?: string;
  readonly insecure: boolean;
}

/** `start` resolves when requests are taken, and rejects with an `HttpServerError`. `shutdown` may come at any time. */
export interface HttpServer {
  /** The bound port; 0 before `start`. */
  readonly port: number;
  /** Where people reach it; empty before `start`. */
  readonly url: string;
  start(): Promise<void>;
  shutdown(): Promise<void>;
}

/** The API takes small bodies only: notes, feedback. */
const MAX_BODY_BYTES = 64 * 1024;

/** A caller that does not finish its request by then is cut off. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Component keys hold a service and an operation each side, percent-encoded; their schema says 2,000. */
const MAX_PARAM_LENGTH = 2_000;

/** The API, `/metrics`, `/healthz` and `/readyz`. */
export function createHttpServer(config: HttpConfig, parts: HttpParts, runtime: Runtime): HttpServer {
  const { server, endStreams } = buildServer(config, parts, runtime);
  let port = 0;
  return {
    get port() {
      return port;
    },
    get url() {
      return port === 0
        ? ''
        : `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`;
    },
    start: async () => {
      if (!isLoopback(config.host) && config.token === undefined && !config.insecure) {
        const message = `${config.host} is reachable from other machines: set http.token, or http.insecure: true`;
        throw new HttpServerError('not-allowed', message);
      }
      try {
        await server.listen({ host: config.host, port: config.port });
      } catch (error) {
        throw listenError(error, config.host, config.port);
      }
      const address = server.server.address();
      port = typeof address === 'object' && address !== null ? address.port : config.port;
    },
    shutdown: () => {
      endStreams();
      return server.close();
    },
  };
}

function buildServer(
  config: HttpConfig,
  parts: HttpParts,
  runtime: Runtime,
): { readonly server: FastifyInstance; readonly endStreams: () => void } {
  const server = fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // A misspelt query parameter is a mistake to say, not to drop; and all mistakes are said at once.
    ajv: { customOptions: { removeAdditional: false, allErrors: true } },
  });
  // A form of another site can send text/plain without asking first; nothing here reads it.
  server.removeContentTypeParser('text/plain');
  const limiter = new FailureLimiter(runtime.clock);
  const logins = createLogins(config.token, limiter, runtime.clock);
  const access = createAccess(config, logins);
  const { pages } = parts;
  const passesLimit = isUnguessable(config.token);
  addGuards(server, { access, limiter, passesLimit, ...(pages && { loginPath: '/login' }) }, runtime);
  addProblems(server, runtime);
  const api = new ApiBook(server);
  const nowMs = (): number => runtime.clock.now();
  healthRoutes(api, parts, (request) => access(accessRequestOf(request)).kind === 'granted');
  metricsRoutes(api, runtime.metrics.registry);
  statusRoutes(api, parts);
  incidentRoutes(api, parts);
  commandRoutes(api, parts);
  const endStreams = eventRoutes(api, parts, runtime);
  componentRoutes(api, { ...parts, nowMs: () => parts.now?.() ?? nowMs() });
  decisionRoutes(api, parts);
  logRoutes(api, parts);
  outboxRoutes(api, parts);
  silenceRoutes(api, { ...parts, nowMs });
  feedbackRoutes(api, { ...parts, nowMs });
  modelRoutes(api, parts);
  openApiRoutes(api, parts.version);
  callbackRoutes(server, parts.callbacks);
  if (pages !== undefined) pageRoutes(server, { ...parts, ...pages }, { logins, runtime });
  return { server, endStreams };
}
