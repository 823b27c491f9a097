import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/runtime/index.ts';
import { openSqliteStore, StoreError } from '../../src/store/index.ts';
import { aMessage, anIncident, opened } from '../doubles/incident-story.ts';
import { storeConformance, type StoreFixture } from './conformance.ts';
import { leaseConformance } from './lease-conformance.ts';
import { outboxConformance } from './outbox-conformance.ts';

const inAFile = (): Promise<StoreFixture> => {
  const folder = mkdtempSync(join(tmpdir(), 'spanwatch-store-'));
  return Promise.resolve({
    open: (clock) => Promise.resolve(openSqliteStore({ path: join(folder, 'spanwatch.db') }, { clock })),
    dispose: () => Promise.resolve(rmSync(folder, { recursive: true })),
  });
};
storeConformance('SQLite in a file', inAFile);
outboxConformance('SQLite in a file', inAFile);
leaseConformance('SQLite in a file', inAFile);

describe('a SQLite file', () => {
  let folder: string;
  let path: string;
  const clock = new ManualClock(1);
  const open = () => openSqliteStore({ path }, { clock });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spanwatch-store-'));
    path = join(folder, 'spanwatch.db');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const failure = (): StoreError => {
    try {
      void open().close();
    } catch (error) {
      if (error instanceof StoreError) return error;
      throw error;
    }
    throw new Error('it opened');
  };

  it('is refused when it is no database, by name and with advice, and is left as it was', () => {
    writeFileSync(path, 'these are not the bytes you are looking for'.repeat(50));
    expect(failure()).toMatchObject({ code: 'broken' });
    expect(failure().message).toContain(path);
    expect(readFileSync(path, 'utf8')).toContain('not the bytes');
  });

  it('is refused when its middle is missing', async () => {
    const store = open();
    for (let i = 0; i < 60; i++) {
      const incident = anIncident({ id: `i${i}` });
      await store.appendEvent(incident, opened(incident), []);
    }
    await store.close();
    truncateSync(path, 20_000);
    expect(failure()).toMatchObject({ code: 'broken' });
  });

  it('is refused when another program made it', () => {
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE songs (title TEXT)');
    other.close();
    expect(failure()).toMatchObject({ code: 'foreign' });
  });

  it('is refused when a newer Spanwatch wrote it, with both numbers', async () => {
    await open().close();
    const newer = new DatabaseSync(path);
    newer.exec(
      `INSERT INTO spanwatch_migration (number, name, applied_at) VALUES (99, 'from the future', 0)`,
    );
    newer.close();
    expect(failure()).toMatchObject({ code: 'newer' });
    expect(failure().message).toMatch(/schema 99.*knows up to \d+/);
  });

  it('is refused when its folder cannot be', () => {
    path = join(folder, 'absent', 'twice', 'spanwatch.db');
    expect(failure()).toMatchObject({ code: 'unavailable' });
    expect(failure().message).toContain(path);
  });

  it('records its migrations once', async () => {
    await open().close();
    await open().close();
    const database = new DatabaseSync(path);
    const numbers = database.prepare('SELECT number FROM spanwatch_migration').all();
    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers).toEqual(numbers.map((_, i) => ({ number: i + 1 })));
    database.close();
  });

  it('names itself when a row cannot be read', async () => {
    const store = open();
    const incident = anIncident();
    await store.appendEvent(incident, opened(incident), [{ channel: 'slack', message: aMessage() }]);
    const other = new DatabaseSync(path);
    other.exec(`UPDATE incident SET body = '{"id'`);
    other.close();
    await expect(store.incident(incident.id)).rejects.toMatchObject({ code: 'broken' });
    await expect(store.incident(incident.id)).rejects.toThrow(path);
    await store.close();
  });

  it('writes with a write-ahead log', async () => {
    const store = open();
    const database = new DatabaseSync(path);
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    database.close();
    await store.close();
  });
});

describe('SQLite in memory', () => {
  it('works as a file does, and ends with the process', async () => {
    const store = openSqliteStore({ path: ':memory:' }, { clock: new ManualClock(1) });
    const incident = anIncident();
    await store.appendEvent(incident, opened(incident), [{ channel: 'slack', message: aMessage() }]);
    expect(await store.incident(incident.id)).toEqual(incident);
    expect((await store.outbox.status()).pending).toBe(1);
    await store.close();
    const again = openSqliteStore({ path: ':memory:' }, { clock: new ManualClock(1) });
    expect(await again.incident(incident.id)).toBeUndefined();
    await again.close();
  });
});
