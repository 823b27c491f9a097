import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Incident, IncidentEvent } from '../../src/domain/incident.ts';
import { parseComponent } from '../../src/domain/component-grammar.ts';
import { ManualClock, type Runtime } from '../../src/runtime/index.ts';
import { ElasticsearchSink, type ElasticsearchSinkConfig, type TraceJudge } from '../../src/sink/index.ts';
import { openSqliteStore, type Store } from '../../src/store/index.ts';
import type { KeptTrace } from '../../src/traces/port.ts';
import { expectGolden } from '../doubles/golden.ts';
import {
  anIncident,
  EXEMPLARS,
  opened,
  OPENED_AT,
  resolved,
  STARTED_AT,
  updated,
} from '../doubles/incident-story.ts';
import { testRuntime } from '../http/test-server.ts';
import { type ElasticsearchDouble, startElasticsearchDouble } from './elasticsearch-double.ts';

const kept = (traceId: string, durationUs: number): KeptTrace => ({
  traceId,
  startMs: STARTED_AT + 1000,
  omitted: 0,
  spans: [
    {
      ...{
        spanId: '00f067aa0ba902b7',
        parentId: '',
        service: 'payment',
        operation: 'Charge',
        kind: 'server',
      },
      ...{ failed: false, startUs: 0, durationUs },
    },
  ],
});

/** Of real time: what goes over a socket takes turns, and on a busy machine nobody knows how many. */
const PATIENCE_MS = 30_000;

/** Says of a trace what its only span does. */
const judge: TraceJudge = {
  judge: ({ spans: [span] }) => ({
    service: span.service,
    operation: span.operation,
    durationUs: span.durationUs,
    failed: span.failed,
    score: 0.71,
    outlier: true,
    parts: [
      {
        key: 'self(payment, Charge)',
        component: parseComponent('self(payment, Charge)'),
        unit: 'us',
        observed: span.durationUs,
        expected: 41_000,
        z: 9,
      },
    ],
  }),
};

describe('the Elasticsearch sink', () => {
  let server: ElasticsearchDouble;
  let store: Store;
  let sink: ElasticsearchSink;
  let clock: ManualClock;
  let runtime: Runtime;
  const incident = anIncident();

  const start = async (over: Partial<ElasticsearchSinkConfig> = {}): Promise<void> => {
    const access = { url: server.url, timeoutMs: 20_000, ...over };
    const config = {
      name: 'search',
      prefix: 'spanwatch',
      retentionDays: 30,
      maxBulkBytes: 5_000_000,
      ...access,
    };
    sink = new ElasticsearchSink(config, { store, judge }, runtime);
    await sink.start();
  };
  const write = async (one: Incident, event: IncidentEvent): Promise<void> => {
    await store.appendEvent(one, event, []);
  };
  /** Lets time pass, second by second, until it is so. */
  const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
    const giveUp = performance.now() + PATIENCE_MS;
    for (let i = 0; performance.now() < giveUp; i++) {
      if (await isSo()) return;
      if (i % 5 === 0) clock.advance(1000);
      await pause(1);
    }
    throw new Error(
      `it never was so: ${server.requests.map(({ method, path }) => `${method} ${path}`).join(', ')}`,
    );
  };
  const counted = async (outcome: string): Promise<number> => {
    const metric = runtime.metrics.registry.getSingleMetric('spanwatch_sink_documents_total');
    const { values } = (await metric?.get()) ?? { values: [] };
    return values.find(({ labels }) => labels['outcome'] === outcome)?.value ?? 0;
  };
  const bulks = (): string[] =>
    server.requests.filter(({ path }) => path.startsWith('/_bulk')).map(({ body }) => body);
  const cursor = (): Promise<string | undefined> => store.cursor('sink:search');

  beforeEach(async () => {
    server = await startElasticsearchDouble();
    clock = new ManualClock(OPENED_AT + 60_000);
    runtime = { ...testRuntime(), clock };
    store = openSqliteStore({ path: ':memory:' }, { clock });
  });
  afterEach(async () => {
    await sink.shutdown();
    await store.close();
    await server.close();
  });

  it('writes templates, an incident, its events, its evidence and its traces beside the typical ones: every request', async () => {
    await store.traces.keep(incident.id, [
      kept(EXEMPLARS[0].traceId, 1_200_000),
      kept(EXEMPLARS[0].typicalTraceId, 300_000),
    ]);
    await write(incident, opened(incident));
    const later = { ...incident, revision: 2, state: 'resolved' as const, resolvedAt: OPENED_AT + 300_000 };
    await start();
    await until(async () => (await cursor()) === '1');
    await write(later, resolved(later, 2, OPENED_AT + 300_000));
    await until(async () => (await cursor()) === '2');
    expectGolden(
      'sink/requests.txt',
      server.requests.map(({ method, path, body }) => `${method} ${path}\n${body.trimEnd()}\n`).join('\n'),
    );
    expect([...server.documents.keys()]).toHaveLength(6);
    expect(server.documents.get(`spanwatch-incidents-2026.03/${incident.id}`)?.version).toBe(2);
  });

  it('sends a lifecycle policy where the server has lifecycles, once', async () => {
    let policy: unknown;
    server.answers = ({ method, path, body }) => {
      if (path === '/_ilm/status') return { status: 200, body: { operation_mode: 'RUNNING' } };
      if (!path.startsWith('/_ilm/policy/')) return undefined;
      if (method === 'PUT') policy = JSON.parse(body);
      return policy === undefined ? { status: 404 } : { status: 200, body: { 'spanwatch-streams': policy } };
    };
    await start();
    await until(() =>
      server.requests.some(({ path }) => path.startsWith('/_index_template/spanwatch-traces')),
    );
    await sink.shutdown();
    await start();
    await until(() => server.requests.filter(({ path }) => path === '/_ilm/status').length === 2);
    await until(async () =>
      (await Promise.resolve(server.requests.at(-1)?.path ?? '')).includes('spanwatch-traces'),
    );
    const ilm = server.requests.filter(
      ({ path, method }) => path.startsWith('/_ilm/policy/') && method === 'PUT',
    );
    expect(ilm).toHaveLength(1);
    expectGolden('sink/ilm-policy.json', `${JSON.stringify(JSON.parse(ilm[0].body), null, 2)}\n`);
  });

  it('leaves templates that a newer Spanwatch put there', async () => {
    server.answers = ({ method, path }) =>
      method === 'GET' && /_template\//.test(path)
        ? { status: 200, body: { x: [{ version: 99 }] } }
        : undefined;
    await start();
    await until(() => server.requests.some(({ path }) => path.includes('_template/spanwatch-traces')));
    expect(server.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
  });

  it('writes nothing twice after a crash before its cursor was kept', async () => {
    await write(incident, opened(incident));
    await start();
    await until(async () => (await cursor()) === '1');
    const before = server.documents.size;
    await store.setCursor('sink:search', '0');
    await until(async () => (await cursor()) === '1');
    expect(server.documents.size).toBe(before);
    expect(await counted('present')).toBe(before);
  });

  it.each([
    ['the server is down', () => ({ status: 503, body: {} })],
    ['it has too much to do', () => ({ status: 429, body: {} })],
    [
      'its indices are read-only by the flood-stage watermark',
      () => ({ status: 429, body: { error: { type: 'cluster_block_exception' }, status: 429 } }),
    ],
    ['it lets us in no more', () => ({ status: 401, body: {} })],
  ])('keeps its place while %s, and goes on by itself', async (_why, reply) => {
    await write(incident, opened(incident));
    server.answers = ({ path }) => (path.startsWith('/_bulk') ? reply() : undefined);
    await start();
    await until(() => bulks().length >= 3);
    expect(await cursor()).toBeUndefined();
    server.answers = () => undefined;
    await until(async () => (await cursor()) === '1');
    expect(server.documents.size).toBe(3);
  });

  it('sends again what single items were refused for, and takes no offence at what is there', async () => {
    await write(incident, opened(incident));
    let first = true;
    server.answers = ({ path, body }) => {
      if (!path.startsWith('/_bulk') || !first) return undefined;
      first = false;
      const items = body
        .trimEnd()
        .split('\n')
        .filter((_, i) => i % 2 === 0)
        .map(() => ({ create: { status: 429, error: { type: 'es_rejected_execution_exception' } } }));
      return { status: 200, body: { errors: true, items } };
    };
    await start();
    await until(async () => (await cursor()) === '1');
    expect(server.documents.size).toBe(3);
    expect(await counted('written')).toBe(3);
  });

  it('counts what the server will never take, says why, and goes on', async () => {
    await write(incident, opened(incident));
    server.answers = ({ path, body }) => {
      if (!path.startsWith('/_bulk')) return undefined;
      const count = body.trimEnd().split('\n').length / 2;
      const bad = { status: 400, error: { type: 'document_parsing_exception', reason: 'no' } };
      const items = Array.from({ length: count }, (_, i) => ({ create: i === 1 ? bad : { status: 201 } }));
      return { status: 200, body: { errors: true, items } };
    };
    await start();
    await until(async () => (await cursor()) === '1');
    expect(await counted('dead')).toBe(1);
    expect(await counted('written')).toBe(2);
  });

  it('halves what is too large until it passes, and gives up what never does', async () => {
    await write(incident, opened(incident));
    server.answers = ({ path, body }) =>
      path.startsWith('/_bulk') && (body.length > 2000 || body.includes('"spanwatch.evidence"'))
        ? { status: 413, body: {} }
        : undefined;
    await start();
    await until(async () => (await cursor()) === '1');
    expect(await counted('dead')).toBe(1);
    expect(server.documents.size).toBe(2);
  });

  it('cuts bodies at its own limit', async () => {
    await write(incident, opened(incident));
    await start({ maxBulkBytes: 1000 });
    await until(async () => (await cursor()) === '1');
    expect(bulks().length).toBe(3);
  });

  it('never lets an older revision of an incident take the place of a newer one', async () => {
    await write(incident, opened(incident));
    await start();
    server.documents.set(`spanwatch-incidents-2026.03/${incident.id}`, { version: 7, body: 'newer' });
    await until(async () => (await cursor()) === '1');
    expect(server.documents.get(`spanwatch-incidents-2026.03/${incident.id}`)?.body).toBe('newer');
  });

  it('sends texts of any making as JSON that a parser of UTF-8 takes', async () => {
    const odd = anIncident({ fingerprint: `a"\u0000\ud83d\n\u{1f525}` });
    await write(odd, opened(odd));
    await start();
    await until(async () => (await cursor()) === '1');
    expect(bulks().join('')).not.toMatch(/\\ud83d/);
    expect(bulks().join('')).toContain('\ufffd');
  });

  it('shows an API key, and a login', async () => {
    await start({ apiKey: 'c2VjcmV0' });
    await until(() => server.requests.length > 0);
    expect(server.requests[0].authorization).toBe('ApiKey c2VjcmV0');
    await sink.shutdown();
    server.requests.length = 0;
    await start({ login: { username: 'ann', password: 'x' } });
    await until(() => server.requests.length > 0);
    expect(server.requests[0].authorization).toBe(`Basic ${Buffer.from('ann:x').toString('base64')}`);
  });

  it('writes what is in the store before it ends', async () => {
    await start();
    await until(() => server.requests.length >= 5);
    await write(incident, opened(incident));
    const second = { ...incident, revision: 2 };
    await write(second, updated(second, 2));
    await sink.shutdown();
    expect(await cursor()).toBe('2');
  });

  it('deletes whole indices at night: months that ended long ago, and streams that were left long ago', async () => {
    const night = Date.UTC(2026, 5, 2, 3, 42, 30);
    clock.advanceTo(night);
    const created = (day: number): object => ({
      settings: { index: { creation_date: String(Date.UTC(2026, 3, day)) } },
    });
    server.answers = ({ method, path }) => {
      if (method === 'DELETE') return { status: 200 };
      if (path.includes('/_rollover')) return { status: 200 };
      if (path.startsWith('/spanwatch-incidents-*'))
        return {
          status: 200,
          body: {
            'spanwatch-incidents-2026.04': created(1),
            'spanwatch-incidents-2026.05': created(2),
            'spanwatch-incidents-mine': created(1),
          },
        };
      if (path.startsWith('/.ds-spanwatch-events'))
        return {
          status: 200,
          body: {
            '.ds-spanwatch-events-2026.04.03-000001': created(3),
            '.ds-spanwatch-events-2026.04.20-000002': created(20),
            // Its successor is young: what it holds last is, too.
            '.ds-spanwatch-events-2026.05.25-000003': created(55),
          },
        };
      return undefined;
    };
    await start();
    await until(() => server.requests.filter(({ method }) => method === 'DELETE').length === 2);
    // Were there a third, it would come now.
    await pause(50);
    const nightly = server.requests.filter(
      ({ method, path }) => method === 'DELETE' || path.includes('_rollover'),
    );
    expect(nightly.map(({ method, path, body }) => `${method} ${path} ${body}`.trim())).toEqual([
      'POST /spanwatch-events/_rollover {"conditions":{"max_age":"1d","min_docs":1}}',
      'POST /spanwatch-traces/_rollover {"conditions":{"max_age":"1d","min_docs":1}}',
      'DELETE /spanwatch-incidents-2026.04',
      'DELETE /.ds-spanwatch-events-2026.04.03-000001',
    ]);
  });
});
