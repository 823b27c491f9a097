const text = { type: 'string', minLength: 1 };
const schema = { type: ['object', 'boolean'] };
const content = {
  type: 'object',
  minProperties: 1,
  propertyNames: { pattern: '^[a-z]+/[a-z+.-]+$' },
  additionalProperties: {
    type: 'object',
    properties: { schema },
    required: ['schema'],
    additionalProperties: false,
  },
};
const operation = {
  type: 'object',
  properties: {
    operationId: { type: 'string', pattern: '^[a-z][A-Za-z]+$' },
    tags: { type: 'array', items: text, minItems: 1 },
    summary: text,
    description: text,
    security: { type: 'array', items: { type: 'object', additionalProperties: { type: 'array' } } },
    parameters: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        properties: {
          name: text,
          in: { enum: ['path', 'query', 'header'] },
          description: text,
          required: { type: 'boolean' },
          schema,
        },
        required: ['name', 'in', 'schema'],
        additionalProperties: false,
        if: { properties: { in: { const: 'path' } } },
        then: { properties: { required: { const: true } }, required: ['required'] },
      },
    },
    requestBody: {
      type: 'object',
      properties: { required: { type: 'boolean' }, content },
      required: ['content'],
      additionalProperties: false,
    },
    responses: {
      type: 'object',
      minProperties: 1,
      propertyNames: { pattern: '^[1-5]\\d\\d$' },
      additionalProperties: {
        type: 'object',
        properties: { description: text, content },
        required: ['description'],
        additionalProperties: false,
      },
    },
  },
  required: ['operationId', 'summary', 'responses'],
  additionalProperties: false,
};

/**
 * What the OpenAPI Specification 3.1.0 (spec.openapis.org/oas/v3.1.0, section 4.8) asks of the objects that we write,
 * strictly: what is not named here is not allowed.
 */
export const OPENAPI_STRUCTURE = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    openapi: { type: 'string', pattern: '^3\\.1\\.\\d+$' },
    info: {
      type: 'object',
      properties: {
        title: text,
        version: text,
        description: text,
        license: {
          type: 'object',
          properties: { name: text, identifier: text },
          required: ['name'],
          additionalProperties: false,
        },
      },
      required: ['title', 'version'],
      additionalProperties: false,
    },
    servers: {
      type: 'array',
      items: {
        type: 'object',
        properties: { url: text, description: text },
        required: ['url'],
        additionalProperties: false,
      },
    },
    security: { type: 'array', items: { type: 'object' } },
    tags: {
      type: 'array',
      items: { type: 'object', properties: { name: text }, required: ['name'], additionalProperties: false },
    },
    paths: {
      type: 'object',
      propertyNames: { pattern: '^/' },
      additionalProperties: {
        type: 'object',
        properties: { get: operation, post: operation, delete: operation },
        minProperties: 1,
        additionalProperties: false,
      },
    },
    components: {
      type: 'object',
      properties: {
        schemas: {
          type: 'object',
          propertyNames: { pattern: '^[a-zA-Z0-9._-]+$' },
          additionalProperties: schema,
        },
        securitySchemes: {
          type: 'object',
          additionalProperties: {
            type: 'object',
            properties: {
              type: { enum: ['http', 'apiKey'] },
              scheme: text,
              in: { enum: ['cookie', 'header'] },
              name: text,
              description: text,
            },
            required: ['type'],
            additionalProperties: false,
          },
        },
      },
      additionalProperties: false,
    },
  },
  required: ['openapi', 'info', 'paths'],
  additionalProperties: false,
};
