import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type JsonValue, parseJson } from '../../runtime/index.ts';
import { StoreError } from '../store-error.ts';
import { fencedError } from './fence.ts';
import { migrate } from './migrations.ts';

/** Writers of other processes hold the file for milliseconds; five seconds outlasts a checkpoint on a slow disk. */
const BUSY_TIMEOUT_MS = 5000;

/** What SQLite answers with (sqlite.org/rescode.html), primary codes. */
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** One connection, with errors that name the file. All is synchronous: a call has happened when it returns. */
export interface Connection {
  readonly path: string;
  readonly database: DatabaseSync;
  /** One transaction that survives a loss of power once it returned (`synchronous = FULL`). */
  durably<T>(work: () => T): T;
  /** One transaction that survives a kill, but may be lost with the power (`synchronous = NORMAL`): bulk and cursors. */
  relaxed<T>(work: () => T): T;
  /** As `durably`, whatever the fence says. */
  unfenced<T>(work: () => T): T;
  /** The token that writes are under: one below the fence's throws. */
  token: number;
  /** Called in each transaction that is fenced, after its work: what is to be written with it. */
  alongside: (() => void) | undefined;
  read<T>(work: () => T): T;
  /** The JSON of a row's `body`; throws a `StoreError` when it cannot be read. */
  parse(body: unknown): JsonValue;
  close(): void;
}

export function openConnection(path: string, nowMs: number): Connection {
  const database = openDatabase(path, nowMs);
  let synchronous = 'FULL';
  const fence = database.prepare('SELECT token FROM fence');
  const transact = <T>(level: string, work: () => T): T =>
    translated(path, () => {
      if (level !== synchronous) {
        database.exec(`PRAGMA synchronous = ${level}`);
        synchronous = level;
      }
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    });
  const fenced = <T>(work: () => T) => {
    return (): T => {
      if (Number(fence.get()?.['token']) > connection.token) throw fencedError(path);
      const result = work();
      connection.alongside?.();
      return result;
    };
  };
  const connection: Connection = {
    path,
    database,
    token: 0,
    alongside: undefined,
    durably: (work) => transact('FULL', fenced(work)),
    relaxed: (work) => transact('NORMAL', fenced(work)),
    unfenced: (work) => transact('FULL', work),
    read: (work) => translated(path, work),
    parse: (body) => {
      const parsed = parseJson(String(body));
      if (!parsed.ok) throw new StoreError('broken', `store ${path} holds a row that is ${parsed.reason}`);
      return parsed.value;
    },
    close: () => {
      if (database.isOpen) translated(path, () => database.close());
    },
  };
  return connection;
}

function openDatabase(path: string, nowMs: number): DatabaseSync {
  const database = translated(path, () => {
    // One level: `recursive` never returns where a parent refuses (seen on /proc with Node 24).
    const folder = dirname(path);
    if (path !== ':memory:' && !existsSync(folder)) mkdirSync(folder);
    return new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  });
  try {
    translated(path, () => {
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
      const check = database.prepare('PRAGMA quick_check(1)').get();
      if (check?.['quick_check'] !== 'ok') throw brokenStore(path, String(check?.['quick_check']));
      migrate(database, path, nowMs);
    });
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function translated<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    // What has no code is a fault of ours, not of the store.
    const ofTheStore = error instanceof Error && 'code' in error && !(error instanceof StoreError);
    throw ofTheStore ? toStoreError(path, error) : error;
  }
}

function toStoreError(path: string, error: Error): StoreError {
  const reason = error.message;
  const code = 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) return brokenStore(path, reason, error);
  if (code === SQLITE_BUSY || code === SQLITE_LOCKED) {
    return new StoreError('busy', `store ${path} is held by another process: ${reason}`, error);
  }
  return new StoreError('unavailable', `store ${path} cannot be used: ${reason}`, error);
}

function brokenStore(path: string, reason: string, cause?: unknown): StoreError {
  return new StoreError(
    'broken',
    `store ${path} is broken (${reason}): restore it from a backup, or move it away to start afresh`,
    cause,
  );
}
