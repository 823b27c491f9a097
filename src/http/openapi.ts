import type { AnyOperation } from './operation.ts';
import { problemSchema } from './schemas/common.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

/** Answers that any operation may give, beside its own. */
const EVERYWHERE: Readonly<Record<number, string>> = {
  400: 'The request cannot be used; `errors` say which field and why.',
  401: 'A token is needed, or a session.',
  403: "Another site's page made the request.",
  421: 'Without a token only loopback names are answered.',
  429: 'Too many wrong tokens from this address; Retry-After says how long.',
  500: 'It failed; the log says why.',
};

/**
 * The OpenAPI 3.1 document of the operations, from the schemas that the server itself holds requests and answers to.
 * Schemas with a `title` become components. Deterministic.
 */
export function openApiDocument(operations: readonly AnyOperation[], version: string): JsonObject {
  const named = new Map<string, Json>();
  const problem = hoisted(plain(problemSchema), named);
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations) {
    const item = (paths[operation.path] ??= {});
    item[operation.method.toLowerCase()] = operationObject(operation, problem, named);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Spanwatch',
      version,
      description:
        'Incidents found in traces, and what they rest on. Times are RFC 3339 in UTC. Texts may come from spans or people: data, never markup.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:8900', description: 'Where it listens by default.' }],
    security: [{ token: [] }, { session: [] }, {}],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries([...named.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: '`http.token`; needed where it is set.' },
        session: { type: 'apiKey', in: 'cookie', name: 'spanwatch_session' },
      },
    },
  };
}

function operationObject(operation: AnyOperation, problem: Json, named: Map<string, Json>): JsonObject {
  const { id, tag, summary, description, params, query, headers, body, open } = operation;
  const parameters = [
    ...parametersOf('path', params, named),
    ...parametersOf('query', query, named),
    ...Object.entries(headers ?? {}).map(([name, text]) => ({
      name,
      in: 'header',
      description: text,
      required: false,
      schema: { type: 'string' },
    })),
  ];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(open === true && { security: [{}] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: hoisted(plain(body), named) } },
      },
    }),
    responses: responsesObject(operation, problem, named),
  };
}

function responsesObject({ answers }: AnyOperation, problem: Json, named: Map<string, Json>): JsonObject {
  const responses: Record<string, Json> = {};
  for (const [status, { description, schema, type }] of Object.entries(answers)) {
    const content =
      schema !== undefined
        ? { 'application/json': { schema: hoisted(plain(schema), named) } }
        : Number(status) >= 400
          ? { 'application/problem+json': { schema: problem } }
          : { [type ?? 'application/json']: { schema: { type: 'string' } } };
    responses[status] = { description, content };
  }
  for (const [status, description] of Object.entries(EVERYWHERE)) {
    responses[status] ??= { description, content: { 'application/problem+json': { schema: problem } } };
  }
  return responses;
}

function parametersOf(
  place: 'path' | 'query',
  schema: AnyOperation['params'],
  named: Map<string, Json>,
): JsonObject[] {
  if (schema === undefined) return [];
  const { properties, required = [] } = schema;
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = plain(property) as { description?: string } & JsonObject;
    return {
      name,
      in: place,
      required: place === 'path' || (required.includes(name) && !('default' in rest)),
      ...(description !== undefined && { description }),
      schema: hoisted(rest, named),
    };
  });
}

/** Without TypeBox's symbols, which a structured clone leaves behind. */
function plain(schema: unknown): Json {
  return structuredClone(schema) as Json;
}

/** The schema with each titled part replaced by a reference, and the part among `named`. */
function hoisted(schema: Json, named: Map<string, Json>): Json {
  if (Array.isArray(schema)) return schema.map((part: Json) => hoisted(part, named));
  if (typeof schema !== 'object' || schema === null) return schema;
  const object: Record<string, Json> = {};
  for (const [key, part] of Object.entries(schema)) object[key] = hoisted(part, named);
  const { title, ...rest } = object;
  if (typeof title !== 'string' || object['type'] !== 'object') return object;
  named.set(title, rest);
  return { $ref: `#/components/schemas/${title}` };
}
