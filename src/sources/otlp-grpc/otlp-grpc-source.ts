import { env } from 'node:process';
import {
  logVerbosity,
  Metadata,
  Server,
  ServerCredentials,
  setLogVerbosity,
  status as Status,
  type sendUnaryData,
  type ServerUnaryCall,
  type StatusObject,
} from '@grpc/grpc-js';
import type { SpanSink } from '../../domain/arrival.ts';
import { SpanBatch } from '../../domain/span-batch.ts';
import type { Runtime } from '../../runtime/index.ts';
import { exportResponse, retryDetails } from '../otlp-http/rpc-status.ts';
import type { Admission, SourceFormats } from '../port.ts';
import { createTokenCheck } from '../receiving/bearer-token.ts';
import { type ListeningSource, refuseOpenDoor } from '../receiving/http-listener.ts';
import { ListenError } from '../receiving/listen-error.ts';
import { guardCalls } from './guard.ts';
import { createGrpcMetrics, type GrpcMetrics } from './grpc-metrics.ts';
import { TRACE_SERVICE } from './trace-service.ts';

export interface OtlpGrpcConfig {
  readonly name: string;
  readonly host: string;
  /** 0: any free port (see `ListeningSource.port`). */
  readonly port: number;
  /** Senders must send `authorization: Bearer TOKEN` in their metadata. */
  readonly token?: string;
  readonly insecure?: boolean;
  /** A message on the wire, and inflated; default 16 MiB, four times what the Collector's own receiver takes. */
  readonly maxMessageBytes?: number;
  /** PEM. With `clientCa`, senders must show a certificate of it. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
}

const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** Exporters send one request at a time on a connection, collectors some ten. What is being read is memory. */
const MAX_CONCURRENT_CALLS = 32;
/** What is being received at the end gets this long. */
const GRACE_MS = 2_000;
/** Other requests end within a second, and there is room again. */
const NO_ROOM_FOR_MS = 1000;
const MAX_KEPT_SPANS = 65_536;

interface GrpcNext {
  readonly sink: SpanSink;
  readonly admission?: Admission;
}

/**
 * OTLP/gRPC (opentelemetry-proto docs/specification.md, OTLP/gRPC): gzip, TLS, a token. OK with an empty answer, or a
 * partial success that says how many spans were left out and why; INVALID_ARGUMENT for what is no request,
 * UNAUTHENTICATED without the token, RESOURCE_EXHAUSTED (by the library, without RetryInfo: not to be sent again) for
 * what is too large, UNAVAILABLE with google.rpc.RetryInfo when busy. `start` rejects with a `ListenError` of one line.
 */
export function createOtlpGrpcSource(
  config: OtlpGrpcConfig,
  formats: SourceFormats,
  next: GrpcNext,
  runtime: Runtime,
): ListeningSource {
  let bound = 0;
  let server: Server | undefined;
  return {
    name: config.name,
    get port() {
      return bound;
    },
    start: async () => {
      refuseOpenDoor(config);
      const receiver = new GrpcReceiver(config, formats, next, runtime);
      const started = new Server({
        'grpc.max_receive_message_length': config.maxMessageBytes ?? MAX_MESSAGE_BYTES,
        'grpc.max_concurrent_streams': MAX_CONCURRENT_CALLS,
        interceptors: [guardCalls((metadata) => receiver.refusal(metadata))],
      });
      started.addService(TRACE_SERVICE, {
        Export: (call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>) =>
          receiver.receive(call.request, reply),
      });
      bound = await bind(started, config);
      server = started;
    },
    shutdown: () =>
      new Promise((resolve) => {
        if (server === undefined) return resolve();
        const cancel = runtime.clock.after(GRACE_MS, () => server?.forceShutdown());
        server.tryShutdown(() => {
          cancel();
          resolve();
        });
      }),
  };
}

class GrpcReceiver {
  readonly #config: OtlpGrpcConfig;
  readonly #formats: SourceFormats;
  readonly #next: GrpcNext;
  readonly #runtime: Runtime;
  readonly #metrics: GrpcMetrics;
  readonly #isAllowed: (authorization: string | undefined) => boolean;
  #batch: SpanBatch;

  constructor(config: OtlpGrpcConfig, formats: SourceFormats, next: GrpcNext, runtime: Runtime) {
    this.#config = config;
    this.#formats = formats;
    this.#next = next;
    this.#runtime = runtime;
    this.#metrics = createGrpcMetrics(runtime.metrics, config.name);
    this.#isAllowed = createTokenCheck(config.token);
    this.#batch = new SpanBatch(formats.names);
  }

  /** By its headers alone; undefined: come in. */
  refusal(metadata: Metadata): StatusObject | undefined {
    const given = metadata.get('authorization').at(0);
    if (!this.#isAllowed(given?.toString()))
      return this.#status(Status.UNAUTHENTICATED, 'token missing or wrong');
    const refusal = this.#next.admission?.refusal();
    return refusal === undefined ? undefined : this.#busy(refusal.retryAfterMs);
  }

  receive(bytes: Buffer, reply: sendUnaryData<Buffer>): void {
    const { admission } = this.#next;
    if (admission?.take(bytes.length) === false) return reply(this.#busy(NO_ROOM_FOR_MS));
    try {
      this.#take(bytes, reply);
    } catch (error) {
      this.#runtime.logger.error({ err: error, source: this.#config.name }, 'receiving failed');
      // Not INTERNAL: a sender keeps what it may send again.
      reply(this.#status(Status.UNAVAILABLE, 'internal error'));
    } finally {
      admission?.release(bytes.length);
    }
  }

  #take(bytes: Buffer, reply: sendUnaryData<Buffer>): void {
    const batch = this.#batch;
    if (batch.capacity > MAX_KEPT_SPANS) this.#batch = new SpanBatch(this.#formats.names);
    batch.clear();
    const outcome = this.#formats.byName['otlp-proto'].decode(bytes, batch);
    const { at = '', message = '' } = outcome.error ?? {};
    const reason = at === '' ? message : `${at}: ${message}`;
    if (outcome.fatal) return reply(this.#status(Status.INVALID_ARGUMENT, reason));
    if (batch.length > 0) {
      const accepted = this.#next.sink.accept({ source: this.#config.name, batch });
      if (accepted.kind === 'busy') return reply(this.#busy(accepted.retryAfterMs));
    }
    this.#metrics.call(Status.OK);
    this.#metrics.spans(outcome.spans, outcome.rejected);
    return reply(null, exportResponse('proto', outcome.rejected, reason));
  }

  #busy(retryAfterMs: number): StatusObject {
    const message = 'busy, send again later';
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', retryDetails(Status.UNAVAILABLE, message, retryAfterMs));
    return { ...this.#status(Status.UNAVAILABLE, message), metadata };
  }

  #status(code: Status, details: string): StatusObject {
    this.#metrics.call(code);
    return { code, details, metadata: new Metadata() };
  }
}

function bind(server: Server, { name, host, port, tls }: OtlpGrpcConfig): Promise<number> {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  // What it logs of a failure on its own comes back as an error, too; whoever looks for a fault sets the variable.
  if (env['GRPC_VERBOSITY'] === undefined) setLogVerbosity(logVerbosity.NONE);
  return new Promise((resolve, reject) => {
    const credentials = tls === undefined ? ServerCredentials.createInsecure() : secure(name, tls);
    server.bindAsync(address, credentials, (error, bound) => {
      if (error === null) return resolve(bound);
      server.forceShutdown();
      const where = `source ${name}: ${address}`;
      if (error.message.includes('EADDRINUSE'))
        return reject(
          new ListenError(
            'port_taken',
            `${where} is in use (4317 is often another collector's): set another port`,
            error,
          ),
        );
      return reject(new ListenError('cannot_listen', `${where}: ${error.message}`, error));
    });
  });
}

function secure(
  name: string,
  { cert, key, clientCa }: NonNullable<OtlpGrpcConfig['tls']>,
): ServerCredentials {
  const pair = { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) };
  const ca = clientCa === undefined ? null : Buffer.from(clientCa);
  try {
    return ServerCredentials.createSsl(ca, [pair], ca !== null);
  } catch (error) {
    throw new ListenError(
      'cannot_listen',
      `source ${name}: tls: certificate and key are no pair in PEM`,
      error,
    );
  }
}
