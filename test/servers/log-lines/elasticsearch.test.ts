import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writtenIds } from '../../../src/domain/trace-id-forms.ts';
import { createElasticsearchLogs } from '../../../src/logs/index.ts';
import type { ElasticsearchLogsConfig } from '../../../src/logs/index.ts';
import { type ElasticsearchServer, startElasticsearch } from '../rig/elasticsearch.ts';
import { haveServers, serverFolder } from '../rig/index.ts';

const AT = Date.UTC(2026, 2, 7, 3, 12);
const W3C = '4bf92f3577b34da6a3ce929d0e0e4736';
const SHORT = '000000000000000000a3ce929d0e0e47';

/** How log documents are laid out, who says so, and how the id is written in each. */
const LAYOUTS: readonly (readonly [string, { mappings?: object; document: (id: string) => object }])[] = [
  [
    // elastic/ecs: trace.id, log.level, service.name, all keywords; message is match_only_text, here text.
    'ecs',
    {
      mappings: {
        properties: {
          '@timestamp': { type: 'date' },
          message: { type: 'text' },
          log: { properties: { level: { type: 'keyword' } } },
          trace: { properties: { id: { type: 'keyword' } } },
          service: { properties: { name: { type: 'keyword' } } },
        },
      },
      document: (id) => ({
        message: 'no route',
        log: { level: 'error' },
        trace: { id },
        service: { name: 'payment' },
      }),
    },
  ],
  [
    // elastic/elasticsearch, x-pack/plugin/otel-data: flat names, trace_id, body.text, severity_text.
    'otel',
    {
      mappings: {
        subobjects: false,
        properties: {
          '@timestamp': { type: 'date_nanos' },
          trace_id: { type: 'keyword' },
          severity_text: { type: 'keyword' },
          'body.text': { type: 'text' },
          'resource.attributes.service.name': { type: 'keyword' },
        },
      },
      document: (id) => ({
        trace_id: id,
        severity_text: 'error',
        'body.text': 'no route',
        'resource.attributes.service.name': 'payment',
      }),
    },
  ],
  // No mapping: texts get `text` with `.keyword` beside it, as dynamic mapping does.
  [
    'dynamic',
    { document: (id) => ({ traceId: id, message: 'no route', level: 'error', service: 'payment' }) },
  ],
  [
    // A stemming analyser takes the id apart, so that only `.keyword` has it whole.
    'analysed',
    {
      mappings: {
        properties: {
          '@timestamp': { type: 'date' },
          traceID: {
            type: 'text',
            analyzer: 'simple',
            fields: { keyword: { type: 'keyword' } },
          },
        },
      },
      document: (id) => ({ traceID: id, msg: 'no route', level: 'error', service: 'payment' }),
    },
  ],
];

describe.skipIf(!(await haveServers('elasticsearch')))('log lines in a real Elasticsearch', () => {
  const folder = serverFolder('log-lines-elasticsearch');
  let server: ElasticsearchServer;
  let passed = false;

  const call = async (method: 'PUT' | 'POST', path: string, body: object): Promise<void> => {
    const answer = await request(`${server.url}/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${path}: ${answer.statusCode} ${text}`);
  };
  const put = (index: string, atMs: number, document: object): Promise<void> =>
    call('POST', `${index}/_doc?refresh=true`, { '@timestamp': new Date(atMs).toISOString(), ...document });
  const reader = (over: Partial<ElasticsearchLogsConfig> = {}) =>
    createElasticsearchLogs({
      ...{ name: 'logs', url: server.url, index: 'logs-*', timeField: '@timestamp', timeoutMs: 20_000 },
      traceFields: ['trace.id', 'trace_id', 'traceId', 'traceID'],
      messageFields: ['message', 'body.text', 'body', 'msg'],
      ...over,
    });
  const read = async (traceId: string, over: Partial<ElasticsearchLogsConfig> = {}, limit = 10) => {
    const made = reader(over);
    try {
      const query = { ids: writtenIds(traceId), fromMs: AT - 60_000, toMs: AT + 60_000, limit };
      return await made.read(query, AbortSignal.timeout(30_000));
    } finally {
      await made.close();
    }
  };

  beforeAll(async () => {
    server = await startElasticsearch({ folder: folder.path });
    for (const [name, { mappings }] of LAYOUTS)
      if (mappings !== undefined) await call('PUT', `logs-${name}`, { mappings });
    // An index that has none of the fields is looked through like the others.
    await call('PUT', 'logs-other', { mappings: { properties: { number: { type: 'long' } } } });
  }, 240_000);
  afterAll(async () => {
    await server?.stop();
    folder.done(passed);
  });

  it.each(
    LAYOUTS.flatMap(([name, layout]) =>
      [
        ['as W3C writes it', W3C, W3C],
        ['as B3 of 64 bits does', W3C, W3C.slice(16)],
        ['as uber-trace-id does', SHORT, SHORT.replace(/^0+/, '')],
      ].map(([how, traceId, written]) => [name, how, traceId, written, layout] as const),
    ),
  )('%s documents are found by their id %s', async (name, _how, traceId, written, { document }) => {
    await put(`logs-${name}`, AT + 5, document(written));
    const found = await read(traceId, { index: `logs-${name},logs-other` });
    expect(found).toEqual({ kind: 'lines', more: false, lines: expect.any(Array) });
    expect(found).toMatchObject({
      lines: expect.arrayContaining([{ atMs: AT + 5, text: 'no route', level: 'error', service: 'payment' }]),
    });
    // No other trace's.
    expect(await read('f'.repeat(32), { index: `logs-${name},logs-other` })).toMatchObject({ lines: [] });
  });

  it('are the oldest first, no more than asked for, within the time; and it says when there are more', async () => {
    const id = 'a'.repeat(32);
    for (let i = 0; i < 12; i++)
      await put('logs-many', AT + (11 - i), { trace_id: id, message: `line ${11 - i}` });
    await put('logs-many', AT + 60_000, { trace_id: id, message: 'too late' });
    expect(await read(id)).toMatchObject({ more: true, lines: { length: 10, 0: { text: 'line 0' } } });
    expect(await read(id, {}, 12)).toMatchObject({ more: false, lines: { length: 12 } });
  });

  it('say in one line why there are none: no such index, a server that is away, too little time', async () => {
    expect(await read(W3C, { index: 'nothing-*' })).toEqual({ kind: 'lines', lines: [], more: false });
    const counted = reader({ index: 'nothing-*' });
    expect(await counted.describe(AbortSignal.timeout(30_000))).toMatchObject({
      problem: 'there is none: is `index` right?',
    });
    await counted.close();
    expect(await read(W3C, { url: 'http://127.0.0.1:9' })).toEqual({
      kind: 'failed',
      reason: 'no connection',
    });
    const hurried = reader();
    expect(await hurried.read({ ids: [W3C], fromMs: 0, toMs: 1, limit: 1 }, AbortSignal.abort())).toEqual({
      kind: 'failed',
      reason: 'no answer in time',
    });
    await hurried.close();
    passed = true;
  });
});
