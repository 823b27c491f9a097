import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SpanSink } from '../../domain/arrival.ts';
import { SpanBatch } from '../../domain/span-batch.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { Admission, SourceFormats } from '../port.ts';
import { createTokenCheck } from '../receiving/bearer-token.ts';
import { freeBytes } from '../receiving/free-bytes.ts';
import { HeldBytes } from '../receiving/held-bytes.ts';
import { createReceiverMetrics, type ReceiverMetrics } from '../receiving/receiver-metrics.ts';
import {
  codingOf,
  MAX_BODY_BYTES,
  MAX_INFLATED_BYTES,
  readRequestBody,
  type RequestBody,
} from '../receiving/request-body.ts';
import { CONTENT_TYPES, exportResponse, RpcCode, rpcStatus, type OtlpEncoding } from './rpc-status.ts';

/** A batch that one large request grew is not kept: exporters send hundreds to some thousands of spans. */
const MAX_KEPT_SPANS = 65_536;

export interface OtlpHttpRoutesOptions {
  /** The source's name, for the sink and the metrics. */
  readonly name: string;
  readonly maxInflatedBytes?: number;
  readonly maxBodyBytes?: number;
  readonly token?: string;
  readonly formats: SourceFormats;
  readonly sink: SpanSink;
  /** Without one, bodies of any number of requests are held at a time. */
  readonly admission?: Admission;
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
    // The body is read by the receiver, once it is known that it is wanted.
    scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
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
    scope.post('/v1/traces', (request, reply) => receiver.receive(request, reply));
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
  #batch: SpanBatch;
  readonly #metrics: ReceiverMetrics;

  constructor(options: OtlpHttpRoutesOptions) {
    this.#options = options;
    this.#batch = new SpanBatch(options.formats.names);
    this.#metrics = createReceiverMetrics(options.runtime.metrics, options.name, 'otlp');
  }

  async receive(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const encoding = encodingOf(request);
    if (encoding === undefined) return this.refuse(UNKNOWN_TYPE, request, reply);
    const coding = codingOf(request.raw);
    if (coding === undefined) return this.refuse(UNKNOWN_CODING, request, reply);
    const refusal = this.#options.admission?.refusal();
    if (refusal !== undefined) return this.#busy(refusal.retryAfterMs, request, reply);
    const held = new HeldBytes(this.#options.admission);
    try {
      const limits = {
        maxBodyBytes: this.#options.maxBodyBytes ?? MAX_BODY_BYTES,
        maxInflatedBytes: this.#options.maxInflatedBytes ?? MAX_INFLATED_BYTES,
      };
      const body = await readRequestBody(request.raw, coding, limits, held);
      if (body.kind === 'ok') {
        const answered = this.#take(body.bytes, encoding, request, reply);
        freeBytes(body.bytes);
        return answered;
      }
      if (body.kind === 'busy') return this.#busy(NO_ROOM_FOR_MS, request, reply);
      return this.refuse(refusalOf(body), request, reply);
    } finally {
      held.release();
    }
  }

  #busy(retryAfterMs: number, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    void reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1000))));
    return this.refuse(BUSY, request, reply);
  }

  refuse(refusal: Refusal, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    this.#metrics.request(refusal.status);
    return sendStatus(refusal, request, reply);
  }

  /** What fastify itself refuses (a body over its limit, a broken length), in the protocol's own form. */
  fail(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const status = error.statusCode ?? 500;
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
    if (batch.capacity > MAX_KEPT_SPANS) this.#batch = new SpanBatch(formats.names);
    batch.clear();
    const outcome = formats.byName[encoding === 'json' ? 'otlp-json' : 'otlp-proto'].decode(bytes, batch);
    const { at = '', message = '' } = outcome.error ?? {};
    const reason = at === '' ? message : `${at}: ${message}`;
    if (outcome.fatal) return this.refuse(badData(reason), request, reply);
    if (batch.length > 0) {
      const accepted = sink.accept({ source: name, batch });
      if (accepted.kind === 'busy') return this.#busy(accepted.retryAfterMs, request, reply);
    }
    this.#metrics.request(200);
    this.#metrics.spans(outcome.spans, outcome.rejected);
    return reply
      .code(200)
      .header('content-type', CONTENT_TYPES[encoding])
      .send(exportResponse(encoding, outcome.rejected, reason));
  }
}

/** Other requests end within a second, and there is room again. */
const NO_ROOM_FOR_MS = 1000;
/** Counted, and read by nobody. */
const GONE: Refusal = { status: 408, code: RpcCode.Cancelled, message: 'the request did not end' };

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

function refusalOf(body: Exclude<RequestBody, { kind: 'ok' | 'busy' }>): Refusal {
  switch (body.kind) {
    case 'gone':
      return GONE;
    case 'broken':
      return badData(`the body is no ${body.coding}`);
    case 'too-large':
      return {
        status: 413,
        code: RpcCode.ResourceExhausted,
        message: `the body exceeds ${body.maxBytes} bytes`,
      };
  }
}

function encodingOf(request: FastifyRequest): OtlpEncoding | undefined {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0].trim().toLowerCase();
  if (type === CONTENT_TYPES.proto || type === 'application/protobuf') return 'proto';
  return type === CONTENT_TYPES.json ? 'json' : undefined;
}
