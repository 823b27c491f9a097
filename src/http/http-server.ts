import { type FastifyInstance, fastify } from 'fastify';
import type { Runtime } from '../runtime/index.ts';
import { createAccess, isLoopback } from './access.ts';
import { HttpServerError, listenError } from './http-server-error.ts';
import type { HttpParts } from './port.ts';
import { replyProblem } from './problem-reply.ts';
import { addGuards } from './guards.ts';
import { healthRoutes } from './routes/health.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { statusRoutes } from './routes/status.ts';

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

/** The API, `/metrics`, `/healthz` and `/readyz`. */
export function createHttpServer(config: HttpConfig, parts: HttpParts, runtime: Runtime): HttpServer {
  const server = buildServer(config, parts, runtime);
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
    shutdown: () => server.close(),
  };
}

function buildServer(config: HttpConfig, parts: HttpParts, runtime: Runtime): FastifyInstance {
  const server = fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 300 },
    // A misspelt query parameter is a mistake to say, not to drop.
    ajv: { customOptions: { removeAdditional: false } },
  });
  const access = createAccess(config);
  addGuards(server, access, runtime);
  server.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 400 && status < 500) return replyProblem(reply, status, error.message);
    runtime.logger.error({ err: error }, 'a request to the API failed');
    return replyProblem(reply, 500, 'the request failed; the log says why');
  });
  server.setNotFoundHandler((_request, reply) =>
    replyProblem(reply, 404, 'there is nothing at this address'),
  );
  healthRoutes(server, parts, access);
  metricsRoutes(server, runtime.metrics.registry);
  statusRoutes(server, parts);
  incidentRoutes(server, parts.incidents);
  return server;
}
