import { fastify, type FastifyInstance } from 'fastify';
import type { Source, SpanSink } from '../../domain/arrival.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { Admission, SourceFormats } from '../port.ts';
import { answerUnknownPath, otlpHttpRoutes } from './otlp-http-routes.ts';

export interface OtlpHttpConfig {
  readonly name: string;
  /** Loopback addresses need nothing more; any other needs `token` or `insecure`. */
  readonly host: string;
  /** 0: any free port (see `OtlpHttpSource.port`). */
  readonly port: number;
  /** On the wire; default 64 MiB. */
  readonly maxBodyBytes?: number;
  /** After decompression; default 64 MiB, as the specification has it. */
  readonly maxInflatedBytes?: number;
  /** Senders must send `Authorization: Bearer TOKEN`. */
  readonly token?: string;
  readonly insecure?: boolean;
  /** From a request's first byte to its last; default 30 s. */
  readonly requestTimeoutMs?: number;
}

/** What the receiver hands its spans to, and what stands before it. */
export interface OtlpHttpNext {
  readonly sink: SpanSink;
  readonly admission?: Admission;
}

/** A full body of 64 MiB at 20 Mbit/s: who needs longer holds memory for nothing. */
const REQUEST_TIMEOUT_MS = 30_000;
/** What is still being received at the end gets this long: `docker stop` leaves ten seconds for everything. */
const GRACE_MS = 2_000;
/** Node looks this often for requests that are over their time. */
const TIMEOUT_CHECK_MS = 2_000;
/** A Collector uses a handful of connections; thousands of SDKs may have one each. */
const MAX_CONNECTIONS = 4_096;

export interface OtlpHttpSource extends Source {
  /** The bound port; 0 before `start`. */
  readonly port: number;
}

/** The receiver cannot listen as it is configured. */
export class OtlpHttpError extends Error {
  override readonly name = 'OtlpHttpError';
  readonly code: 'port_taken' | 'open_to_the_network' | 'cannot_listen';
  readonly retryable = false;

  constructor(code: OtlpHttpError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/**
 * OTLP/HTTP on a port of its own. `start` rejects with an `OtlpHttpError` of one line when the port is taken, or the
 * address is not loopback and there is neither a token nor `insecure`. `shutdown` stops listening and answers what
 * was already being received, for two seconds at most.
 */
export function createOtlpHttpSource(
  config: OtlpHttpConfig,
  formats: SourceFormats,
  { sink, admission }: OtlpHttpNext,
  runtime: Runtime,
): OtlpHttpSource {
  let server: FastifyInstance | undefined;
  return {
    name: config.name,
    get port() {
      const address = server?.server.address();
      return typeof address === 'object' && address !== null ? address.port : 0;
    },
    start: async () => {
      if (!isLoopback(config.host) && config.token === undefined && config.insecure !== true)
        throw new OtlpHttpError(
          'open_to_the_network',
          `source ${config.name}: ${config.host} can be reached from other machines: set a token, or insecure: true`,
        );
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
      started.setNotFoundHandler(answerUnknownPath);
      const admitted = admission === undefined ? {} : { admission };
      otlpHttpRoutes(started, { ...config, ...admitted, formats, sink, runtime });
      await listen(started, config);
      server = started;
    },
    shutdown: async () => {
      const cancel = runtime.clock.after(GRACE_MS, () => server?.server.closeAllConnections());
      await server?.close();
      cancel();
    },
  };
}

async function listen(server: FastifyInstance, config: OtlpHttpConfig): Promise<void> {
  try {
    await server.listen({ host: config.host, port: config.port });
  } catch (error) {
    await server.close();
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const where = `source ${config.name}: ${config.host}:${config.port}`;
    if (code === 'EADDRINUSE')
      throw new OtlpHttpError(
        'port_taken',
        `${where} is in use (4318 is often another collector's): set another port`,
        error,
      );
    throw new OtlpHttpError(
      'cannot_listen',
      `${where}: ${error instanceof Error ? error.message : 'cannot listen'}`,
      error,
    );
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
