import type { Static, TObject, TSchema } from '@sinclair/typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** What an answer is; without a schema it is no JSON (`type`), or a problem document. */
export interface Answer {
  readonly description: string;
  readonly schema?: TSchema;
  readonly type?: string;
}

/** One operation of the API: what the server validates by, and what docs/openapi.json says, in one place. */
export interface Operation<P extends TObject, Q extends TObject, B extends TObject> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With `{name}` for parameters, as OpenAPI writes it. */
  readonly path: string;
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Needs no token. */
  readonly open?: boolean;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Request headers that it reads, beside what all do. */
  readonly headers?: Readonly<Record<string, string>>;
  /** By status; 4xx and 5xx are problem documents. */
  readonly answers: Readonly<Record<number, Answer>>;
}

export interface Asked<P extends TObject, Q extends TObject, B extends TObject> {
  readonly params: Static<P>;
  readonly query: Static<Q>;
  readonly body: Static<B>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export type AnyOperation = Operation<TObject, TObject, TObject>;

/** Registers operations on a server and keeps what they are, for the OpenAPI document. */
export class ApiBook {
  readonly operations: AnyOperation[] = [];
  readonly #server: FastifyInstance;

  constructor(server: FastifyInstance) {
    this.#server = server;
  }

  /** `handle` returns the 200 answer's content, or the reply that it has sent. */
  add<P extends TObject, Q extends TObject, B extends TObject>(
    operation: Operation<P, Q, B>,
    handle: (asked: Asked<P, Q, B>) => unknown,
  ): void {
    this.operations.push(operation);
    this.#server.route({
      method: operation.method,
      url: operation.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      schema: {
        ...(operation.params && { params: operation.params }),
        ...(operation.query && { querystring: operation.query }),
        ...(operation.body && { body: operation.body }),
        response: responsesOf(operation.answers),
      },
      handler: (request, reply) =>
        handle({
          params: request.params as Static<P>,
          query: request.query as Static<Q>,
          body: request.body as Static<B>,
          request,
          reply,
        }),
    });
  }
}

function responsesOf(answers: Readonly<Record<number, Answer>>): Record<string, TSchema> {
  const schemas: Record<string, TSchema> = {};
  for (const [status, { schema }] of Object.entries(answers)) {
    if (schema !== undefined) schemas[status] = schema;
  }
  return schemas;
}
