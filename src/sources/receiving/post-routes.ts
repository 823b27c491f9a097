import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SpanSink } from '../../domain/arrival.ts';
import { SpanBatch } from '../../domain/span-batch.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { Admission, SourceFormatName, SourceFormats } from '../port.ts';
import { createTokenCheck } from './bearer-token.ts';
import { freeBytes } from './free-bytes.ts';
import { HeldBytes } from './held-bytes.ts';
import { createReceiverMetrics, type ReceiverMetrics } from './receiver-metrics.ts';
import {
  codingOf,
  MAX_BODY_BYTES,
  MAX_INFLATED_BYTES,
  readRequestBody,
  type RequestBody,
} from './request-body.ts';

/** What one protocol has for itself. */
export interface PostDialect {
  readonly protocol: 'zipkin' | 'jaeger';
  readonly path: string;
  readonly contentTypes: readonly string[];
  readonly format: SourceFormatName;
  /** What a body that is none of the format is said to be. */
  readonly notTheFormat: string;
}

export interface PostRoutesOptions {
  readonly dialect: PostDialect;
  readonly name: string;
  readonly maxBodyBytes?: number;
  readonly maxInflatedBytes?: number;
  readonly token?: string;
  readonly formats: SourceFormats;
  readonly sink: SpanSink;
  readonly admission?: Admission;
  readonly runtime: Runtime;
}

/** A batch that one large request grew is not kept. */
const MAX_KEPT_SPANS = 65_536;
/** Other requests end within a second, and there is room again. */
const NO_ROOM_FOR_MS = 1000;

/**
 * Spans in the body of a POST, gzip and deflate. 202 without a body when they were taken, unusable ones left out and
 * counted; errors are a line of text: 400 not the format, 401 token, 413 too large, 415 another content type or
 * encoding, 429 with Retry-After when the sink is busy.
 */
export function postRoutes(server: FastifyInstance, options: PostRoutesOptions): void {
  const receiver = new PostReceiver(options);
  const { path } = options.dialect;
  const isAllowed = createTokenCheck(options.token);
  server.removeAllContentTypeParsers();
  // The body is read by the receiver, once it is known that it is wanted.
  server.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(`only POST ${path} is answered here\n`),
  );
  server.setErrorHandler((error: FastifyError, _request, reply) => receiver.fail(error, reply));
  server.addHook('onRequest', (request, reply, next) => {
    if (isAllowed(request.headers.authorization)) next();
    else receiver.answer(reply, 401, 'token missing or wrong');
  });
  server.post(path, (request, reply) => receiver.receive(request, reply));
}

class PostReceiver {
  readonly #options: PostRoutesOptions;
  readonly #metrics: ReceiverMetrics;
  #batch: SpanBatch;

  constructor(options: PostRoutesOptions) {
    this.#options = options;
    this.#batch = new SpanBatch(options.formats.names);
    this.#metrics = createReceiverMetrics(options.runtime.metrics, options.name, options.dialect.protocol);
  }

  async receive(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const type = (request.headers['content-type'] ?? '').split(';', 1)[0].trim().toLowerCase();
    const { contentTypes } = this.#options.dialect;
    if (!contentTypes.includes(type))
      return this.answer(reply, 415, `Content-Type must be ${contentTypes.join(' or ')}`);
    const coding = codingOf(request.raw);
    if (coding === undefined)
      return this.answer(reply, 415, 'Content-Encoding must be gzip, deflate or identity');
    const { admission, maxBodyBytes = MAX_BODY_BYTES, maxInflatedBytes = MAX_INFLATED_BYTES } = this.#options;
    const refusal = admission?.refusal();
    if (refusal !== undefined) return this.#busy(reply, refusal.retryAfterMs);
    const held = new HeldBytes(admission);
    try {
      const body = await readRequestBody(request.raw, coding, { maxBodyBytes, maxInflatedBytes }, held);
      if (body.kind !== 'ok') return this.#refuse(body, reply);
      const answered = this.#take(body.bytes, reply);
      freeBytes(body.bytes);
      return answered;
    } finally {
      held.release();
    }
  }

  answer(reply: FastifyReply, status: number, text: string): FastifyReply {
    this.#metrics.request(status);
    return reply.code(status).type('text/plain; charset=utf-8').send(`${text}\n`);
  }

  fail(error: FastifyError, reply: FastifyReply): FastifyReply {
    const status = error.statusCode ?? 500;
    if (status < 500) return this.answer(reply, status, error.message);
    this.#options.runtime.logger.error(
      { error: error.message, source: this.#options.name },
      'receiving failed',
    );
    return this.answer(reply, 503, 'internal error');
  }

  #take(bytes: Uint8Array, reply: FastifyReply): FastifyReply {
    const { formats, sink, name, dialect } = this.#options;
    const batch = this.#batch;
    if (batch.capacity > MAX_KEPT_SPANS) this.#batch = new SpanBatch(formats.names);
    batch.clear();
    const { spans, rejected, fatal, error } = formats.byName[dialect.format].decode(bytes, batch);
    if (fatal) {
      const at = error === undefined || error.at === '' ? '' : `${error.at}: `;
      return this.answer(reply, 400, `${at}${error?.message ?? dialect.notTheFormat}`);
    }
    if (batch.length > 0) {
      const accepted = sink.accept({ source: name, batch });
      if (accepted.kind === 'busy') return this.#busy(reply, accepted.retryAfterMs);
    }
    this.#metrics.request(202);
    this.#metrics.spans(spans, rejected);
    return reply.code(202).send();
  }

  #busy(reply: FastifyReply, retryAfterMs: number): FastifyReply {
    void reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1000))));
    return this.answer(reply, 429, 'busy, send again later');
  }

  #refuse(body: Exclude<RequestBody, { kind: 'ok' }>, reply: FastifyReply): FastifyReply {
    switch (body.kind) {
      case 'busy':
        return this.#busy(reply, NO_ROOM_FOR_MS);
      case 'gone':
        return this.answer(reply, 408, 'the request did not end');
      case 'broken':
        return this.answer(reply, 400, `the body is no ${body.coding}`);
      case 'too-large':
        return this.answer(reply, 413, `the body exceeds ${body.maxBytes} bytes`);
    }
  }
}
