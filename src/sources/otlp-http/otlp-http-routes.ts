import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SpanSink } from '../../domain/arrival.ts';
import { SpanBatch } from '../../domain/span-batch.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { SourceFormats } from '../port.ts';
import { createTokenCheck } from './bearer-token.ts';
import { inflateBody } from './inflate.ts';
import { CONTENT_TYPES, exportResponse, RpcCode, rpcStatus, type OtlpEncoding } from './rpc-status.ts';
import { createReceiverMetrics, type ReceiverMetrics } from './receiver-metrics.ts';

/** The specification's default for a body after decompression. */
export const MAX_INFLATED_BYTES = 64 * 1024 * 1024;
/** A body on the wire is not larger than what it may become. */
export const MAX_BODY_BYTES = MAX_INFLATED_BYTES;

export interface OtlpHttpRoutesOptions {
  /** The source's name, for the sink and the metrics. */
  readonly name: string;
  readonly maxInflatedBytes?: number;
  readonly maxBodyBytes?: number;
  readonly token?: string;
  readonly formats: SourceFormats;
  readonly sink: SpanSink;
  readonly runtime: Runtime;
}

/**
 * `POST /v1/traces` as a fastify plugin (opentelemetry-proto docs/specification.md, OTLP/HTTP): protobuf and JSON,
 * gzip and deflate. 200 with an empty response, or a partial success that says how many spans were left out and why;
 * every error is a google.rpc.Status in the request's encoding: 400 bad data, 401 token, 413 too large, 415 another
 * content type or encoding, 429 with Retry-After when the sink is busy.
 */
export function otlpHttpRoutes(instance: FastifyInstance, options: OtlpHttpRoutesOptions): void {
  const receiver = new Receiver(options);
  const isAllowed = createTokenCheck(options.token);
  void instance.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    scope.setErrorHandler((error: FastifyError, request, reply) => receiver.fail(error, request, reply));
    scope.addHook('onRequest', (request, reply, next) => {
      if (isAllowed(request.headers.authorization)) next();
      else
        receiver.refuse(
          { status: 401, code: RpcCode.Unauthenticated, message: 'token missing or wrong' },
          request,
          reply,
        );
    });
    scope.post('/v1/traces', { bodyLimit: options.maxBodyBytes ?? MAX_BODY_BYTES }, (request, reply) =>
      receiver.receive(request, reply),
    );
    done();
  });
}

/** For a server of its own: what is not `POST /v1/traces`, in the protocol's own form. */
export function answerUnknownPath(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendStatus(
    { status: 404, code: RpcCode.NotFound, message: 'only POST /v1/traces is answered here' },
    request,
    reply,
  );
}

function sendStatus(refusal: Refusal, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const encoding = encodingOf(request) ?? 'json';
  return reply
    .code(refusal.status)
    .header('content-type', CONTENT_TYPES[encoding])
    .send(rpcStatus(encoding, refusal.code, refusal.message));
}

interface Refusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
}

class Receiver {
  readonly #options: OtlpHttpRoutesOptions;
  readonly #batch: SpanBatch;
  readonly #metrics: ReceiverMetrics;

  constructor(options: OtlpHttpRoutesOptions) {
    this.#options = options;
    this.#batch = new SpanBatch(options.formats.names);
    this.#metrics = createReceiverMetrics(options.runtime.metrics, options.name);
  }

  async receive(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const encoding = encodingOf(request);
    if (encoding === undefined) return this.refuse(UNKNOWN_TYPE, request, reply);
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const maxBytes = this.#options.maxInflatedBytes ?? MAX_INFLATED_BYTES;
    const coding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
    if (coding === 'identity' || coding === '') {
      if (raw.length > maxBytes) return this.refuse(tooLarge(maxBytes), request, reply);
      return this.#take(raw, encoding, request, reply);
    }
    if (coding !== 'gzip' && coding !== 'deflate') return this.refuse(UNKNOWN_CODING, request, reply);
    const inflated = await inflateBody(raw, coding, maxBytes);
    if (inflated.kind === 'too-large') return this.refuse(tooLarge(maxBytes), request, reply);
    if (inflated.kind === 'broken') return this.refuse(badData(`the body is no ${coding}`), request, reply);
    return this.#take(inflated.bytes, encoding, request, reply);
  }

  refuse(refusal: Refusal, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    this.#metrics.request(refusal.status);
    return sendStatus(refusal, request, reply);
  }

  /** What fastify itself refuses (a body over its limit, a broken length), in the protocol's own form. */
  fail(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const status = error.statusCode ?? 500;
    if (status === 413)
      return this.refuse(tooLarge(this.#options.maxBodyBytes ?? MAX_BODY_BYTES), request, reply);
    if (status < 500) return this.refuse({ ...badData(error.message), status }, request, reply);
    this.#options.runtime.logger.error(
      { error: error.message, source: this.#options.name },
      'receiving failed',
    );
    // 503, not 500: a sender keeps what it may send again.
    return this.refuse({ status: 503, code: RpcCode.Unavailable, message: 'internal error' }, request, reply);
  }

  #take(
    bytes: Uint8Array,
    encoding: OtlpEncoding,
    request: FastifyRequest,
    reply: FastifyReply,
  ): FastifyReply {
    const { formats, sink, name } = this.#options;
    const batch = this.#batch;
    batch.clear();
    const outcome = formats.byName[encoding === 'json' ? 'otlp-json' : 'otlp-proto'].decode(bytes, batch);
    const { at = '', message = '' } = outcome.error ?? {};
    const reason = at === '' ? message : `${at}: ${message}`;
    if (outcome.fatal) return this.refuse(badData(reason), request, reply);
    if (batch.length > 0) {
      const accepted = sink.accept({ source: name, batch });
      if (accepted.kind === 'busy') {
        void reply.header('retry-after', String(Math.max(1, Math.ceil(accepted.retryAfterMs / 1000))));
        return this.refuse(BUSY, request, reply);
      }
    }
    this.#metrics.request(200);
    this.#metrics.spans(outcome.spans, outcome.rejected);
    return reply
      .code(200)
      .header('content-type', CONTENT_TYPES[encoding])
      .send(exportResponse(encoding, outcome.rejected, reason));
  }
}

const UNKNOWN_TYPE: Refusal = {
  status: 415,
  code: RpcCode.InvalidArgument,
  message: 'Content-Type must be application/x-protobuf or application/json',
};
const UNKNOWN_CODING: Refusal = {
  status: 415,
  code: RpcCode.Unimplemented,
  message: 'Content-Encoding must be gzip, deflate or identity',
};
const BUSY: Refusal = { status: 429, code: RpcCode.ResourceExhausted, message: 'busy, send again later' };

function badData(message: string): Refusal {
  return { status: 400, code: RpcCode.InvalidArgument, message };
}

function tooLarge(maxBytes: number): Refusal {
  return { status: 413, code: RpcCode.ResourceExhausted, message: `the body exceeds ${maxBytes} bytes` };
}

function encodingOf(request: FastifyRequest): OtlpEncoding | undefined {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0].trim().toLowerCase();
  if (type === CONTENT_TYPES.proto || type === 'application/protobuf') return 'proto';
  return type === CONTENT_TYPES.json ? 'json' : undefined;
}
