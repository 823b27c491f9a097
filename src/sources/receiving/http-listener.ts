import { fastify, type FastifyInstance } from 'fastify';
import type { Source } from '../../domain/arrival.ts';
import type { Runtime } from '../../runtime/index.ts';
import { isLoopback, ListenError } from './listen-error.ts';

export interface HttpListenerConfig {
  readonly name: string;
  /** Loopback addresses need nothing more; any other needs `token` or `insecure`. */
  readonly host: string;
  /** 0: any free port (see `ListeningSource.port`). */
  readonly port: number;
  readonly token?: string;
  readonly insecure?: boolean;
  /** From a request's first byte to its last; default 30 s. */
  readonly requestTimeoutMs?: number;
}

export interface ListeningSource extends Source {
  /** The bound port; 0 before `start`. */
  readonly port: number;
}

/** A full body of 64 MiB at 20 Mbit/s: who needs longer holds memory for nothing. */
const REQUEST_TIMEOUT_MS = 30_000;
/** What is still being received at the end gets this long: `docker stop` leaves ten seconds for everything. */
const GRACE_MS = 2_000;
/** Node looks this often for requests that are over their time. */
const TIMEOUT_CHECK_MS = 2_000;
/** A Collector uses a handful of connections; thousands of SDKs may have one each. */
const MAX_CONNECTIONS = 4_096;

/**
 * An HTTP receiver on a port of its own, whose routes `addRoutes` adds. `start` rejects with a `ListenError` of one line
 * when the port is taken, or the address is not loopback and there is neither a token nor `insecure`. `shutdown` stops
 * listening and answers what was already being received, for two seconds at most.
 */
export function createHttpListener(
  config: HttpListenerConfig,
  { addRoutes, portHint }: { addRoutes: (server: FastifyInstance) => void; portHint: string },
  runtime: Runtime,
): ListeningSource {
  let server: FastifyInstance | undefined;
  return {
    name: config.name,
    get port() {
      const address = server?.server.address();
      return typeof address === 'object' && address !== null ? address.port : 0;
    },
    start: async () => {
      refuseOpenDoor(config);
      const requestTimeout = config.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
      const started = fastify({
        forceCloseConnections: 'idle',
        routerOptions: { caseSensitive: true },
        requestTimeout,
        http: {
          headersTimeout: requestTimeout,
          connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, requestTimeout),
        },
      });
      started.server.maxConnections = MAX_CONNECTIONS;
      addRoutes(started);
      await listen(started, config, portHint);
      server = started;
    },
    shutdown: async () => {
      const cancel = runtime.clock.after(GRACE_MS, () => server?.server.closeAllConnections());
      await server?.close();
      cancel();
    },
  };
}

/** Throws a `ListenError` for an address that others reach, with neither a token nor `insecure`. */
export function refuseOpenDoor({ name, host, token, insecure }: HttpListenerConfig): void {
  if (isLoopback(host) || token !== undefined || insecure === true) return;
  throw new ListenError(
    'open_to_the_network',
    `source ${name}: ${host} can be reached from other machines: set a token, or insecure: true`,
  );
}

async function listen(server: FastifyInstance, config: HttpListenerConfig, portHint: string): Promise<void> {
  try {
    await server.listen({ host: config.host, port: config.port });
  } catch (error) {
    await server.close();
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const where = `source ${config.name}: ${config.host}:${config.port}`;
    if (code === 'EADDRINUSE')
      throw new ListenError('port_taken', `${where} is in use (${portHint}): set another port`, error);
    const reason = error instanceof Error ? error.message : 'cannot listen';
    throw new ListenError('cannot_listen', `${where}: ${reason}`, error);
  }
}
