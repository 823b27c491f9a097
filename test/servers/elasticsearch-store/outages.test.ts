import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { request } from 'undici';
import type { Incident } from '../../../src/domain/incident.ts';
import { createMetrics, ManualClock, type Metrics } from '../../../src/runtime/index.ts';
import { openSqliteStore, type StartedStore, type Store } from '../../../src/store/index.ts';
import { aMessage, anIncident, opened, OPENED_AT, updated } from '../../doubles/incident-story.ts';
import { type ElasticsearchServer, startElasticsearch } from '../rig/elasticsearch.ts';
import { type Gate, startGate } from '../rig/gate.ts';
import { haveServers, serverFolder } from '../rig/index.ts';
import { freePorts } from '../rig/process.ts';
import { openAt } from './store-at.ts';

const POLL_MS = 5_000;

describe.skipIf(!(await haveServers('elasticsearch')))('a store in a real Elasticsearch that is away', () => {
  const folder = serverFolder('elasticsearch-outages');
  let server: ElasticsearchServer;
  let gate: Gate;
  let files: string;
  let metrics: Metrics;
  let clock: ManualClock;
  let prefix: string;
  let number = 0;
  const open: Store[] = [];

  beforeAll(async () => {
    server = await startElasticsearch({ folder: folder.path });
  });
  afterAll(async () => {
    await server.stop();
    folder.done(true);
  });
  beforeEach(async () => {
    gate = await startGate(server.url);
    files = mkdtempSync(join(tmpdir(), 'spanwatch-outage-'));
    metrics = createMetrics();
    clock = new ManualClock(OPENED_AT);
    prefix = `outage-${++number}`;
  });
  afterEach(async () => {
    for (const store of open.splice(0)) await store.close();
    await gate.close();
    rmSync(files, { recursive: true });
  });

  /** Through the gate, and with a file of its own. */
  const mine = async (
    over: { path?: string; snapshotEvery?: number; placesAnIndex?: number } = {},
  ): Promise<StartedStore> => {
    const path = join(files, 'mine.db');
    const store = await openAt({ url: gate.url, prefix, path, metrics, timeoutMs: 2000, ...over }, clock);
    open.push(store);
    // The first index on a cold node takes longer than a write may wait.
    if (gate.state === 'open') await replicated();
    return store;
  };
  /** On another machine, which is never cut off. */
  const theirs = async (over: { placesAnIndex?: number } = {}): Promise<StartedStore> => {
    const path = join(files, `theirs-${open.length}.db`);
    const store = await openAt({ url: server.url, prefix, path, ...over }, clock);
    open.push(store);
    return store;
  };
  const write = async (store: Store, incident: Incident): Promise<string> => {
    const message = aMessage({ incidentId: incident.id, sequence: incident.revision });
    const event = incident.revision === 1 ? opened(incident) : updated(incident, incident.revision);
    return (await store.appendEvent(incident, event, [{ channel: 'slack', message }])).kind;
  };
  const gauge = async (name: string): Promise<number> =>
    (await metrics.registry.getSingleMetric(name)?.get())?.values.at(0)?.value ?? Number.NaN;
  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    for (let i = 0; i < 200; i++) {
      if (await isSo()) return;
      clock.advance(POLL_MS);
      await sleep(50);
    }
    throw new Error('it never was so');
  };
  const replicated = (): Promise<void> =>
    until(
      async () =>
        (await gauge('spanwatch_store_replicated')) === 1 &&
        (await gauge('spanwatch_store_unsent_operations')) === 0,
    );
  const ids = async (store: Store): Promise<string[]> =>
    (await store.incidents({ limit: 100 })).map(({ id }) => id).toSorted();

  it.each<[string, Gate['state']]>([
    ['takes no connection', 'shut'],
    ['has too much to do (429)', 429],
    ['does not let us in any more (403)', 403],
  ])('goes on alone while it %s, at the start too, and all of it gets there', async (_why, state) => {
    gate.state = state;
    const store = await mine();
    expect(await write(store, anIncident({ id: 'a' }))).toBe('appended');
    expect(await store.outbox.markSending('a-1/slack')).toBe(true);
    await store.outbox.finish('a-1/slack', 'sent', { receipt: { ts: '1' } });
    expect(await gauge('spanwatch_store_replicated')).toBe(0);
    expect(await gauge('spanwatch_store_unsent_operations')).toBe(3);
    gate.state = 'open';
    await replicated();
    gate.state = state;
    expect(await write(store, anIncident({ id: 'b' }))).toBe('appended');
    gate.state = 'open';
    await replicated();
    const other = await theirs();
    expect(await ids(other)).toEqual(['a', 'b']);
    expect(await other.outbox.receipt('a', 'slack')).toEqual({ ts: '1' });
    expect((await other.outbox.status()).pending).toBe(1);
  });

  it('goes on alone while the flood-stage watermark makes its indices read-only', async () => {
    const store = await mine();
    await write(store, anIncident({ id: 'a' }));
    await block(true);
    expect(await write(store, anIncident({ id: 'b' }))).toBe('appended');
    expect(await gauge('spanwatch_store_unsent_operations')).toBe(1);
    await block(false);
    await replicated();
    expect(await ids(await theirs())).toEqual(['a', 'b']);
  });

  it('keeps what it did alone over a crash', async () => {
    const store = await mine();
    await write(store, anIncident({ id: 'a' }));
    gate.state = 'shut';
    await write(store, anIncident({ id: 'b' }));
    await store.close();
    const again = await mine();
    expect(await ids(again)).toEqual(['a', 'b']);
    gate.state = 'open';
    await replicated();
    expect(await ids(await theirs())).toEqual(['a', 'b']);
  });

  it('fits what it did alone behind what another did meanwhile, and says what does not fit', async () => {
    const store = await mine();
    const shared = anIncident({ id: 'shared' });
    await write(store, shared);
    gate.state = 'shut';
    await write(store, { ...shared, revision: 2, state: 'acknowledged' });
    await write(store, anIncident({ id: 'mine' }));
    const other = await theirs();
    await write(other, { ...shared, revision: 2, severity: 'P2' });
    await write(other, anIncident({ id: 'theirs' }));
    gate.state = 'open';
    await replicated();
    expect(await ids(store)).toEqual(['mine', 'shared', 'theirs']);
    expect((await store.incident('shared'))?.state).toBe('open');
    expect(await gauge('spanwatch_store_refused_operations_total')).toBe(1);
    expect(await store.changes({ after: 0, limit: 50 })).toEqual(
      await (await theirs()).changes({ after: 0, limit: 50 }),
    );
  });

  it('is killed, writes go on, and comes back: every write once', async () => {
    const own = serverFolder('elasticsearch-killed');
    const [http, transport] = await freePorts(2);
    let killed = await startElasticsearch({ folder: own.path, ports: [http, transport] });
    const access = { url: killed.url, prefix, path: join(files, 'killed.db'), metrics, timeoutMs: 2000 };
    const store = await openAt(access, clock);
    open.push(store);
    for (let i = 0; i < 10; i++) await write(store, anIncident({ id: `before-${i}` }));
    await killed.kill();
    const from = performance.now();
    for (let i = 0; i < 50; i++) await write(store, anIncident({ id: `during-${i}` }));
    const tookMs = performance.now() - from;
    // Each waits for none: by its limit of two seconds they would take a hundred.
    expect(tookMs).toBeLessThan(50_000);
    killed = await killed.restart();
    await replicated();
    const other = await openAt({ ...access, path: join(files, 'fresh.db'), metrics: createMetrics() }, clock);
    expect(await ids(other)).toHaveLength(60);
    expect(await other.lastPosition()).toBe(60);
    await other.close();
    await store.close();
    await killed.stop();
    own.done(true);
  });

  it('starts from a snapshot, forgets the log before it, and takes along who is far behind', async () => {
    const limits = { snapshotEvery: 20, placesAnIndex: 10 };
    const store = await mine(limits);
    const late = await theirs({ placesAnIndex: 10 });
    await write(late, anIncident({ id: 'late' }));
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < 20; i++) await write(store, anIncident({ id: `i${round}-${i}` }));
      clock.advance(POLL_MS);
      await store.lastPosition();
    }
    const indices = await text(`/_cat/indices/${prefix}-store-*?h=index&expand_wildcards=all`);
    expect(indices).not.toContain('log-000000');
    expect(indices.match(/snapshot/g)).toHaveLength(1);
    const fresh = await theirs({ placesAnIndex: 10 });
    expect(await ids(fresh)).toHaveLength(81);
    expect(await fresh.changes({ after: 0, limit: 200 })).toEqual(
      await store.changes({ after: 0, limit: 200 }),
    );
    // What the one who is behind writes goes behind all of it, and nowhere else.
    expect(await write(late, anIncident({ id: 'later' }))).toBe('appended');
    expect(await ids(late)).toHaveLength(82);
  });

  it('takes over what a SQLite store holds, and refuses a file of another store by name', async () => {
    const path = join(files, 'mine.db');
    const before = openSqliteStore({ path }, { clock });
    await before.appendEvent(anIncident({ id: 'old' }), opened(anIncident({ id: 'old' })), []);
    await before.close();
    await mine();
    expect(await ids(await theirs())).toEqual(['old']);
    const stranger = openSqliteStore({ path: join(files, 'stranger.db') }, { clock });
    await stranger.appendEvent(anIncident({ id: 'x' }), opened(anIncident({ id: 'x' })), []);
    await stranger.close();
    await expect(mine({ path: join(files, 'stranger.db') })).rejects.toMatchObject({ code: 'foreign' });
    await expect(mine({ path: join(files, 'stranger.db') })).rejects.toThrow(
      /stranger\.db is a store of its own/,
    );
  });

  async function block(isOn: boolean): Promise<void> {
    const { body, statusCode } = await request(`${server.url}/${prefix}-store-log-000000/_settings`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ 'index.blocks.read_only_allow_delete': isOn ? true : null }),
    });
    await body.dump();
    expect(statusCode).toBe(200);
  }

  async function text(path: string): Promise<string> {
    const { body } = await request(`${server.url}${path}`);
    return body.text();
  }
});
