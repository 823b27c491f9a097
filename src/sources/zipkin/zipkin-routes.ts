import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SpanSink } from '../../domain/arrival.ts';
import { SpanBatch } from '../../domain/span-batch.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { Admission, SourceFormats } from '../port.ts';
import { createTokenCheck } from '../receiving/bearer-token.ts';
import { HeldBytes } from '../receiving/held-bytes.ts';
import { createReceiverMetrics, type ReceiverMetrics } from '../receiving/receiver-metrics.ts';
import {
  codingOf,
  MAX_BODY_BYTES,
  MAX_INFLATED_BYTES,
  readRequestBody,
  type RequestBody,
} from '../receiving/request-body.ts';

export interface ZipkinRoutesOptions {
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
 * `POST /api/v2/spans` (openzipkin/zipkin-api zipkin2-api.yaml): a JSON list of spans, gzip and deflate. 202 without a
 * body when they were taken, unusable ones left out and counted; errors are a line of text: 400 no such list, 401 token,
 * 413 too large, 415 another content type or encoding, 429 with Retry-After when the sink is busy.
 */
export function zipkinRoutes(server: FastifyInstance, options: ZipkinRoutesOptions): void {
  const receiver = new ZipkinReceiver(options);
  const isAllowed = createTokenCheck(options.token);
  server.removeAllContentTypeParsers();
  // The body is read by the receiver, once it is known that it is wanted.
  server.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send('only POST /api/v2/spans is answered here\n'),
  );
  server.setErrorHandler((error: FastifyError, _request, reply) => receiver.fail(error, reply));
  server.addHook('onRequest', (request, reply, next) => {
    if (isAllowed(request.headers.authorization)) next();
    else receiver.answer(reply, 401, 'token missing or wrong');
  });
  server.post('/api/v2/spans', (request, reply) => receiver.receive(request, reply));
}

class ZipkinReceiver {
  readonly #options: ZipkinRoutesOptions;
  readonly #metrics: ReceiverMetrics;
  #batch: SpanBatch;

  constructor(options: ZipkinRoutesOptions) {
    this.#options = options;
    this.#batch = new SpanBatch(options.formats.names);
    this.#metrics = createReceiverMetrics(options.runtime.metrics, options.name, 'zipkin');
  }

  async receive(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const type = (request.headers['content-type'] ?? '').split(';', 1)[0].trim().toLowerCase();
    if (type !== 'application/json') return this.answer(reply, 415, 'Content-Type must be application/json');
    const coding = codingOf(request.raw);
    if (coding === undefined)
      return this.answer(reply, 415, 'Content-Encoding must be gzip, deflate or identity');
    const { admission, maxBodyBytes = MAX_BODY_BYTES, maxInflatedBytes = MAX_INFLATED_BYTES } = this.#options;
    const refusal = admission?.refusal();
    if (refusal !== undefined) return this.#busy(reply, refusal.retryAfterMs);
    const held = new HeldBytes(admission);
    try {
      const body = await readRequestBody(request.raw, coding, { maxBodyBytes, maxInflatedBytes }, held);
      return body.kind === 'ok' ? this.#take(body.bytes, reply) : this.#refuse(body, reply);
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
    const { formats, sink, name } = this.#options;
    const batch = this.#batch;
    if (batch.capacity > MAX_KEPT_SPANS) this.#batch = new SpanBatch(formats.names);
    batch.clear();
    const { spans, rejected, fatal, error } = formats.byName['zipkin-json'].decode(bytes, batch);
    if (fatal) {
      const at = error === undefined || error.at === '' ? '' : `${error.at}: `;
      return this.answer(reply, 400, `${at}${error?.message ?? 'no list of spans'}`);
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
