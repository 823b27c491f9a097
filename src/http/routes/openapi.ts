import { Type } from '@sinclair/typebox';
import { openApiDocument } from '../openapi.ts';
import type { ApiBook } from '../operation.ts';

/** `/openapi.json`: all operations of the server, this one too. */
export function openApiRoutes(api: ApiBook, version: string): void {
  api.add(
    {
      method: 'GET',
      path: '/openapi.json',
      id: 'getOpenApi',
      tag: 'status',
      summary: 'This document',
      answers: { 200: { description: 'OpenAPI 3.1.', schema: Type.Unsafe({ type: 'object' }) } },
    },
    ({ reply }) =>
      reply
        .type('application/json; charset=utf-8')
        .send(`${JSON.stringify(openApiDocument(api.operations, version))}`),
  );
}
