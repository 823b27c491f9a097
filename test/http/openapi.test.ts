import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpServer } from '../../src/http/index.ts';
import { fullParts } from './full-parts.ts';
import { OPENAPI_STRUCTURE } from './openapi-structure.ts';
import { createTestServer, testRuntime } from './test-server.ts';

const COMMITTED = join(import.meta.dirname, '..', '..', 'docs', 'openapi.json');

interface Document {
  readonly paths: Record<string, Record<string, OperationObject>>;
  readonly components: object;
}
interface OperationObject {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: unknown;
  readonly responses: Record<string, { readonly content: Record<string, { readonly schema: object }> }>;
}

let server: HttpServer;
let document: Document;

beforeAll(async () => {
  const runtime = testRuntime();
  const { parts } = await fullParts(runtime);
  server = createTestServer({}, parts, runtime);
  await server.start();
  document = (await (await request(`${server.url}/openapi.json`)).body.json()) as Document;
});
afterAll(() => server.shutdown());

function ajv(): Ajv2020 {
  const validator = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(validator);
  return validator;
}

/** What to call each operation with so that it answers 2xx, and whatever else it may answer. */
const AS_ANN = { by: 'ann' };
const CALLS: Record<string, readonly Call[]> = {
  getHealth: [{ path: '/healthz', status: 200 }],
  getReadiness: [{ path: '/readyz', status: 200 }],
  getMetrics: [{ path: '/metrics', status: 200 }],
  getStatus: [{ path: '/api/v1/status', status: 200 }],
  getOpenApi: [{ path: '/openapi.json', status: 200 }],
  listIncidents: [
    { path: '/api/v1/incidents?state=open&severity=P1&service=payment&text=PAY&limit=5', status: 200 },
    { path: '/api/v1/incidents?limit=0', status: 400 },
  ],
  getIncident: [
    { path: '/api/v1/incidents/i-1', status: 200 },
    { path: '/api/v1/incidents/none', status: 404 },
  ],
  acknowledgeIncident: [
    { path: '/api/v1/incidents/i-1/acknowledge', body: { by: 'ann', revision: 1 }, status: 200 },
    { path: '/api/v1/incidents/i-1/acknowledge', body: { by: 'bob', revision: 1 }, status: 412 },
    { path: '/api/v1/incidents/i-1/acknowledge', body: AS_ANN, status: 428 },
    { path: '/api/v1/incidents/i-1/acknowledge', body: {}, status: 400 },
  ],
  noteIncident: [
    { path: '/api/v1/incidents/i-1/notes', body: { ...AS_ANN, text: 'x' }, status: 200 },
    { path: '/api/v1/incidents/none/notes', body: { ...AS_ANN, text: 'x' }, status: 404 },
  ],
  judgeIncident: [
    {
      path: '/api/v1/incidents/i-1/feedback',
      body: { by: 'ann', verdict: 'normal-now', revision: 3 },
      status: 200,
    },
    {
      path: '/api/v1/incidents/i-1/feedback',
      body: { by: 'ann', verdict: 'fine', revision: 3 },
      status: 400,
    },
  ],
  resolveIncident: [
    { path: '/api/v1/incidents/i-1/resolve', body: AS_ANN, match: '*', status: 200 },
    { path: '/api/v1/incidents/i-1/resolve', body: AS_ANN, match: 'W/"1"', status: 400 },
  ],
  streamEvents: [{ path: '/api/v1/events?after=x', status: 400 }],
  listServices: [{ path: '/api/v1/services', status: 200 }],
  getServiceMap: [{ path: '/api/v1/service-map', status: 200 }],
  listComponents: [{ path: '/api/v1/components?limit=2', status: 200 }],
  getSeries: [
    { path: `/api/v1/components/${encodeURIComponent('self(web, GET /)')}/series?points=5`, status: 200 },
    { path: '/api/v1/components/none/series', status: 404 },
    {
      path: '/api/v1/components/none/series?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z',
      status: 400,
    },
  ],
  listDecisions: [
    { path: '/api/v1/incidents/i-1/decisions', status: 200 },
    { path: '/api/v1/incidents/none/decisions', status: 404 },
  ],
  getIncidentLogs: [
    { path: '/api/v1/incidents/i-1/logs', status: 200 },
    { path: '/api/v1/incidents/none/logs', status: 404 },
  ],
  listDeliveries: [{ path: '/api/v1/deliveries?state=dead', status: 200 }],
  resendDelivery: [
    { path: `/api/v1/deliveries/${encodeURIComponent('i-1-1/chat')}/resend`, post: true, status: 200 },
    { path: '/api/v1/deliveries/sent/resend', post: true, status: 409 },
  ],
  dropDelivery: [
    { path: `/api/v1/deliveries/${encodeURIComponent('i-1-1/chat')}/drop`, body: AS_ANN, status: 200 },
    { path: '/api/v1/deliveries/none/drop', body: AS_ANN, status: 404 },
  ],
  addSilence: [
    {
      path: '/api/v1/silences',
      body: {
        by: 'ann',
        endsAt: '2026-01-01T00:00:00Z',
        matchers: [{ name: 'service', operator: '=', value: 'payment' }],
      },
      status: 201,
    },
    {
      path: '/api/v1/silences',
      body: {
        by: 'ann',
        endsAt: '1969-01-01T00:00:00Z',
        matchers: [{ name: 'service', operator: '=', value: '' }],
      },
      status: 400,
    },
  ],
  listSilences: [{ path: '/api/v1/silences?state=active', status: 200 }],
  expireSilence: [
    { path: '/api/v1/silences/s1/expire', body: AS_ANN, status: 200 },
    { path: '/api/v1/silences/s2/expire', body: AS_ANN, status: 404 },
  ],
  listFeedback: [
    { path: '/api/v1/feedback', status: 200 },
    { path: '/api/v1/feedback?state=revoked', status: 200 },
    { path: '/api/v1/feedback?state=gone', status: 400 },
  ],
  revokeFeedback: [
    { path: '/api/v1/feedback/i-9/revoke', body: AS_ANN, status: 200 },
    { path: '/api/v1/feedback/i-9/revoke', body: AS_ANN, status: 409 },
    { path: '/api/v1/feedback/none/revoke', body: AS_ANN, status: 404 },
    { path: '/api/v1/feedback/i-9/revoke', body: {}, status: 400 },
  ],
  listModels: [{ path: '/api/v1/models', status: 200 }],
  rollBackModel: [
    { path: '/api/v1/models/roll-back', body: { name: 'v1' }, status: 200 },
    { path: '/api/v1/models/roll-back', body: { name: 'v2' }, status: 409 },
    { path: '/api/v1/models/roll-back', body: { name: 'v9' }, status: 404 },
  ],
};

interface Call {
  readonly path: string;
  readonly status: number;
  readonly body?: object;
  readonly match?: string;
  readonly post?: boolean;
}

function operations(): [string, string, OperationObject][] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, string, OperationObject] => [
      path,
      method,
      operation,
    ]),
  );
}

describe('the OpenAPI document', () => {
  it('has the structure that OpenAPI 3.1 asks for', () => {
    const validate = ajv().compile(OPENAPI_STRUCTURE);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ ...document, openapi: '3.0.3' })).toBe(false);
  });

  it('names each operation once, and each parameter of a path', () => {
    const ids = operations().map(([, , { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [path, , { parameters = [] }] of operations()) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(named);
    }
  });

  it('is the one in docs (UPDATE_GOLDEN=1 writes it)', () => {
    const text = `${JSON.stringify({ ...document, info: { ...(document as never as { info: object }).info, version: '0' } }, null, 1)}\n`;
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(COMMITTED, text);
    expect(readFileSync(COMMITTED, 'utf8')).toBe(text);
  });

  it('has only schemas that compile, and no reference into nothing', () => {
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g)) {
      expect(Object.keys((document.components as { schemas: object }).schemas)).toContain(name);
    }
  });
});

describe('every operation', () => {
  it('answers as the document says, when it can and when it cannot', async () => {
    const order = Object.keys(CALLS);
    const ids = operations().map(([, , { operationId }]) => operationId);
    expect(ids.toSorted()).toEqual(order.toSorted());
    for (const id of order) {
      const [, , operation] = operations().find(([, , one]) => one.operationId === id) ?? [];
      for (const call of CALLS[id]) await holds(id, operation as OperationObject, call);
    }
  });
});

async function holds(id: string, operation: OperationObject, call: Call): Promise<void> {
  const { statusCode, headers, body } = await request(`${server.url}${call.path}`, {
    method: call.body !== undefined || call.post === true ? 'POST' : 'GET',
    headers: {
      ...(call.body && { 'content-type': 'application/json' }),
      ...(call.match && { 'if-match': call.match }),
    },
    ...(call.body && { body: JSON.stringify(call.body) }),
  });
  const text = await body.text();
  expect(statusCode, `${id} ${call.path}: ${text}`).toBe(call.status);
  const said = operation.responses[String(statusCode)].content;
  const type = String(headers['content-type']).split(';')[0];
  expect(Object.keys(said), `${id} ${call.path}`).toEqual([type]);
  if (!type.endsWith('json')) return;
  const validate = ajv().compile({ ...said[type].schema, components: document.components });
  validate(JSON.parse(text));
  expect(validate.errors ?? [], `${id} ${call.path}`).toEqual([]);
}
