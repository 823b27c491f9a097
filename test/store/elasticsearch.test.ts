import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetrics, ManualClock, type Metrics, silentLogger } from '../../src/runtime/index.ts';
import {
  describeStore,
  openElasticsearchStore,
  openSqliteStore,
  type StartedStore,
  type Store,
} from '../../src/store/index.ts';
import { expectGolden } from '../doubles/golden.ts';
import { aMessage, anIncident, opened, OPENED_AT, updated } from '../doubles/incident-story.ts';
import {
  type Answers,
  type ElasticsearchDouble,
  startElasticsearchDouble,
} from '../sink/elasticsearch-double.ts';
import { elasticsearchAnswers } from './elasticsearch-answers.ts';
import { leaseConformance } from './lease-conformance.ts';

const POLL_MS = 5_000;
/** Of real time: what goes over a socket takes turns, and on a busy machine nobody knows how many. */
const PATIENCE_MS = 30_000;

describe('a store in Elasticsearch', () => {
  let server: ElasticsearchDouble;
  let answers: Answers;
  let files: string;
  let clock: ManualClock;
  let metrics: Metrics;
  let opens = 0;
  const open: Store[] = [];

  beforeEach(async () => {
    server = await startElasticsearchDouble();
    answers = elasticsearchAnswers();
    server.answers = answers;
    files = mkdtempSync(join(tmpdir(), 'spanwatch-es-store-'));
    clock = new ManualClock(OPENED_AT);
    metrics = createMetrics();
  });
  afterEach(async () => {
    for (const store of open.splice(0)) await store.close();
    await server.close();
    rmSync(files, { recursive: true });
  });

  const start = async (over: { path?: string; metrics?: Metrics } = {}): Promise<StartedStore> => {
    const path = over.path ?? join(files, `${opens++}.db`);
    const store = openElasticsearchStore(
      { url: server.url, prefix: 'spanwatch', timeoutMs: 20_000, path },
      { clock, logger: silentLogger(), metrics: over.metrics ?? metrics },
    );
    open.push(store);
    await store.start();
    return store;
  };
  const gauge = async (name: string): Promise<number | undefined> =>
    (await metrics.registry.getSingleMetric(name)?.get())?.values.at(0)?.value;
  const replicated = async (): Promise<void> => {
    const giveUp = performance.now() + PATIENCE_MS;
    for (let i = 0; performance.now() < giveUp; i++) {
      if ((await gauge('spanwatch_store_replicated')) === 1) return;
      if (i % 20 === 0) clock.advance(POLL_MS);
      await pause(1);
    }
    throw new Error('it never was');
  };
  const away = (status: number, type = 'x'): void => {
    server.answers = () => ({ status, body: { error: { type }, status } });
  };
  const ids = async (store: Store): Promise<string[]> =>
    (await store.incidents({ limit: 50 })).map(({ id }) => id).toSorted();

  it('asks what it asks: every request of a start, a write, a lease, and another start', async () => {
    const incident = anIncident();
    const first = await start();
    await first.appendEvent(incident, opened(incident), [{ channel: 'slack', message: aMessage() }]);
    const lease = await first.leases.acquire('writer', 'pod-1:/data', 30_000);
    if (lease.kind === 'held') await first.fence(lease.lease.token);
    const second = await start({ metrics: createMetrics() });
    expect(await second.incident(incident.id)).toEqual(incident);
    const lines = server.requests.map(
      ({ method, path, body }) => `${method} ${path}\n${body.slice(0, 600)}\n`,
    );
    const plain = lines.join('\n').replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>');
    expectGolden('store/requests.txt', plain);
  });

  it.each([
    ['does not answer', 503, 'x'],
    ['has too much to do', 429, 'x'],
    ['lets nobody in', 403, 'security_exception'],
    ['is read-only by the flood-stage watermark', 429, 'cluster_block_exception'],
  ])('goes on alone while it %s, from the start on, and all of it gets there', async (_why, status, type) => {
    away(status, type);
    const store = await start();
    await store.appendEvent(anIncident({ id: 'a' }), opened(anIncident({ id: 'a' })), []);
    expect(await gauge('spanwatch_store_replicated')).toBe(0);
    expect(await gauge('spanwatch_store_unsent_operations')).toBe(1);
    server.answers = answers;
    await replicated();
    expect(await ids(await start({ metrics: createMetrics() }))).toEqual(['a']);
    expect(await gauge('spanwatch_store_unsent_operations')).toBe(0);
  });

  it('goes on alone after a restart, too, under the lease that it had', async () => {
    const path = join(files, 'same.db');
    const before = await start({ path });
    const lease = await before.leases.acquire('writer', 'a', 30_000);
    if (lease.kind === 'held') await before.fence(lease.lease.token);
    await before.close();
    away(503);
    metrics = createMetrics();
    const store = await start({ path, metrics });
    await store.appendEvent(anIncident({ id: 'a' }), opened(anIncident({ id: 'a' })), []);
    expect(await ids(store)).toEqual(['a']);
    // Another has taken over: what was written alone under the older token is left out, and no more is written.
    server.answers = answers;
    const other = await start({ metrics: createMetrics() });
    await other.fence(2);
    await replicated();
    await expect(store.setCursor('x', '1')).rejects.toMatchObject({ code: 'fenced' });
    expect(await ids(other)).toEqual([]);
  });

  it('is a store in SQLite again, when that is wished for', async () => {
    const path = join(files, 'back.db');
    const before = await start({ path });
    await before.fence(1);
    await before.close();
    const store = openSqliteStore({ path }, { clock });
    open.push(store);
    await store.setCursor('x', '1');
    expect(await store.cursor('x')).toBe('1');
  });

  it('knows its own write in the log when the answer to it was lost', async () => {
    const store = await start();
    server.answers = (request) => {
      const reply = answers(request);
      return request.path.includes('/_create/1?') ? { status: 503 } : reply;
    };
    await store.appendEvent(anIncident(), opened(anIncident()), []);
    expect(await gauge('spanwatch_store_unsent_operations')).toBe(1);
    server.answers = answers;
    await replicated();
    const other = await start({ metrics: createMetrics() });
    expect(await other.lastPosition()).toBe(1);
    expect(await gauge('spanwatch_store_refused_operations_total')).toBe(0);
    // It was not sent a second time.
    expect(server.requests.some(({ path }) => path.includes('/_create/2?'))).toBe(false);
  });

  it('carries out what it did alone behind what another did meanwhile, and counts what does not fit', async () => {
    const shared = anIncident({ id: 'shared' });
    const mine = await start();
    await mine.appendEvent(shared, opened(shared), []);
    const theirs = await start({ metrics: createMetrics() });
    away(503);
    const acknowledged = { ...shared, revision: 2, state: 'acknowledged' as const };
    await mine.appendEvent(acknowledged, updated(acknowledged, 2), []);
    await mine.appendEvent(anIncident({ id: 'mine' }), opened(anIncident({ id: 'mine' })), []);
    server.answers = answers;
    const worse = { ...shared, revision: 2, severity: 'P0' as const };
    await theirs.appendEvent(worse, updated(worse, 2), []);
    await replicated();
    expect(await ids(mine)).toEqual(['mine', 'shared']);
    expect((await mine.incident('shared'))?.severity).toBe('P0');
    expect(await gauge('spanwatch_store_refused_operations_total')).toBe(1);
    expect(await mine.changes({ after: 0, limit: 9 })).toEqual(
      await (await start({ metrics: createMetrics() })).changes({ after: 0, limit: 9 }),
    );
  });

  it('keeps what it did alone over a kill, and over a second outage', async () => {
    const path = join(files, 'kept.db');
    const store = await start({ path });
    away(503);
    await store.setCursor('x', '1');
    await store.close();
    const again = await start({ path });
    expect(await again.cursor('x')).toBe('1');
    server.answers = answers;
    await replicated();
    expect(await (await start({ metrics: createMetrics() })).cursor('x')).toBe('1');
  });

  it('begins anew in Elasticsearch what somebody deleted there', async () => {
    const store = await start();
    await store.appendEvent(anIncident(), opened(anIncident()), []);
    answers = elasticsearchAnswers();
    server.answers = answers;
    await store.setCursor('x', '1');
    await replicated();
    const other = await start({ metrics: createMetrics() });
    expect(await other.cursor('x')).toBe('1');
    expect(await ids(other)).toEqual([anIncident().id]);
  });

  it('refuses what a newer Spanwatch wrote', async () => {
    await start();
    server.answers = (request) => {
      const reply = answers(request);
      if (!request.path.endsWith('/_doc/head')) return reply;
      return { status: 200, body: { _seq_no: 1, _primary_term: 1, _source: { format: 9, lineage: 'x' } } };
    };
    await expect(start({ metrics: createMetrics() })).rejects.toMatchObject({ code: 'newer' });
  });

  it('is described without being written to', async () => {
    const access = { url: server.url, prefix: 'spanwatch', timeoutMs: 20_000 };
    expect((await describeStore(access)).found).toMatch(
      /8\.19\.21, spanwatch-store-\*: a store will be made$/,
    );
    expect(server.requests.every(({ method }) => method === 'GET')).toBe(true);
    await start();
    expect((await describeStore(access)).found).toMatch(/a store is there$/);
  });
});

// The whole conformance runs on a real Elasticsearch (test/servers/elasticsearch-store); this much of it is quick here, too.
leaseConformance('Elasticsearch, as a double has it,', async () => {
  const server = await startElasticsearchDouble();
  server.answers = elasticsearchAnswers();
  const folder = mkdtempSync(join(tmpdir(), 'spanwatch-es-lease-'));
  let files = 0;
  return {
    open: async (clock) => {
      const path = join(folder, `${++files}.db`);
      const store = openElasticsearchStore(
        { url: server.url, prefix: 'spanwatch', timeoutMs: 20_000, path },
        { clock, logger: silentLogger(), metrics: createMetrics() },
      );
      await store.start();
      return store;
    },
    dispose: async () => {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
});
