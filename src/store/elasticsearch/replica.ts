import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { backup } from 'node:sqlite';
import type { Clock } from '../../runtime/index.ts';
import type { Store } from '../port.ts';
import { type Connection, openConnection } from '../sqlite/connection.ts';
import { storeOn } from '../sqlite/sqlite-store.ts';
import { StoreError } from '../store-error.ts';
import { carryOut, type Operation, readOperation } from './operations.ts';

/** What was carried out here, and is not in the log yet, or is to be carried out once it is. */
export interface Pending {
  readonly position: number;
  readonly operation: Operation;
  /** Carried out here already. */
  readonly done: boolean;
}

/** A call's result, or what it threw: either way it has been carried out. */
export type Result =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

/** Of a file that was empty, and of one that was a store of its own, before any Elasticsearch was seen. */
export const EMPTY_BASE = '';
export const OWN_BASE = 'own';

/**
 * The log's operations, carried out in a SQLite file: what is read, and what goes on alone while the log is out of reach.
 * Each operation and the mark of its place are one transaction, so that a crash neither leaves out nor doubles any.
 */
export class Replica {
  readonly path: string;
  readonly #clock: Clock;
  #connection: Connection;
  #store: Store;
  /** Of the operation that is carried out; else the clock's. */
  #at: number | undefined;

  constructor(path: string, clock: Clock) {
    this.path = path;
    this.#clock = clock;
    [this.#connection, this.#store] = this.#open(path);
  }

  get store(): Store {
    return this.#store;
  }

  /** Place of the last operation of the log that is carried out. */
  get applied(): number {
    return Number(this.#row('SELECT applied FROM replication')?.['applied'] ?? 0);
  }

  get lineage(): string {
    const lineage = this.#row('SELECT lineage FROM replication')?.['lineage'];
    return typeof lineage === 'string' ? lineage : EMPTY_BASE;
  }

  set lineage(lineage: string) {
    const { database } = this.#connection;
    this.#connection.unfenced(() => database.prepare('UPDATE replication SET lineage = ?').run(lineage));
  }

  get pendingCount(): number {
    return Number(this.#row('SELECT COUNT(*) AS count FROM replica_operation')?.['count'] ?? 0);
  }

  get firstPending(): Pending | undefined {
    const row = this.#row('SELECT * FROM replica_operation ORDER BY position LIMIT 1');
    return row && pendingIn(row, this.path);
  }

  /** Carries out the operation at `place` of the log, once; one that is `pending` here is no more. */
  async apply(place: number, operation: Operation, pending?: Pending): Promise<Result> {
    const { database } = this.#connection;
    const mark = (): void => {
      database.prepare('UPDATE replication SET applied = ?').run(place);
      if (pending !== undefined) this.#forget(pending.position);
    };
    const result = await this.#carryOut(operation, mark);
    // It changed nothing, wherever it is carried out: that it was is all there is to mark.
    if (!result.ok) this.#connection.unfenced(mark);
    return result;
  }

  /** Carries it out here alone, and keeps it for the log. What throws is not kept: it changed nothing. */
  applyAlone(operation: Operation): Promise<Result> {
    const { database } = this.#connection;
    return this.#carryOut(operation, () => {
      database
        .prepare('INSERT INTO replica_operation (body, done) VALUES (?, 1)')
        .run(JSON.stringify(operation));
    });
  }

  /** What waited for the log is carried out here alone. */
  async applyPending(): Promise<void> {
    const { database } = this.#connection;
    const rows = database.prepare('SELECT * FROM replica_operation WHERE done = 0 ORDER BY position').all();
    for (const row of rows) {
      const { position, operation } = pendingIn(row, this.path);
      const mark = (): void => {
        database.prepare('UPDATE replica_operation SET done = 1 WHERE position = ?').run(position);
      };
      const result = await this.#carryOut(operation, mark);
      if (!result.ok) this.#connection.unfenced(() => this.#forget(position));
    }
  }

  /** What was carried out here alone is in the log at `place`. */
  settle({ position }: Pending, place: number): void {
    const { database } = this.#connection;
    this.#connection.unfenced(() => {
      database.prepare('UPDATE replication SET applied = ?').run(place);
      this.#forget(position);
    });
  }

  /** What is pending is in what is here, and is sent with it. */
  forgetPending(): void {
    this.#connection.unfenced(() => this.#connection.database.exec('DELETE FROM replica_operation'));
  }

  /** The file as it is, as bytes; rows keep their numbers. Nothing may be written meanwhile. */
  async bytes(): Promise<Uint8Array> {
    const copy = `${this.path}.snapshot`;
    rmSync(copy, { force: true });
    try {
      await backup(this.#connection.database, copy);
      return readFileSync(copy);
    } finally {
      removeDatabase(copy);
    }
  }

  /**
   * Starts again from a snapshot, or from nothing, in a file that takes the place of this one when it is whole. What is
   * pending is taken along, to be carried out when it is in the log.
   */
  rebuild(
    lineage: string,
    snapshot: { readonly bytes: Uint8Array; readonly place: number } | undefined,
  ): void {
    const rows = this.#connection.database
      .prepare('SELECT body FROM replica_operation ORDER BY position')
      .all();
    const next = `${this.path}.next`;
    removeDatabase(next);
    if (snapshot !== undefined) writeFileSync(next, snapshot.bytes);
    const connection = openConnection(next, Math.floor(this.#clock.now()));
    const { database } = connection;
    connection.unfenced(() => {
      database.exec('DELETE FROM replication; DELETE FROM replica_operation;');
      database
        .prepare('INSERT INTO replication (one, lineage, applied) VALUES (1, ?, ?)')
        .run(lineage, snapshot?.place ?? 0);
      const insert = database.prepare('INSERT INTO replica_operation (body, done) VALUES (?, 0)');
      for (const row of rows) insert.run(String(row['body']));
    });
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    connection.close();
    this.#connection.close();
    for (const suffix of ['-wal', '-shm']) rmSync(`${this.path}${suffix}`, { force: true });
    renameSync(next, this.path);
    removeDatabase(next);
    [this.#connection, this.#store] = this.#open(this.path);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #open(path: string): [Connection, Store] {
    const connection = openConnection(path, Math.floor(this.#clock.now()));
    const { database } = connection;
    const isKnown = database.prepare('SELECT one FROM replication').get() !== undefined;
    if (!isKnown) {
      const used = database
        .prepare(
          `SELECT EXISTS (SELECT 1 FROM incident_event) OR EXISTS (SELECT 1 FROM delivery)
             OR EXISTS (SELECT 1 FROM silence) OR EXISTS (SELECT 1 FROM feedback) AS used`,
        )
        .get()?.['used'];
      connection.unfenced(() =>
        database
          .prepare('INSERT INTO replication (one, lineage, applied) VALUES (1, ?, 0)')
          .run(used === 1 ? OWN_BASE : EMPTY_BASE),
      );
    }
    return [connection, storeOn(connection, () => this.#at ?? Math.floor(this.#clock.now()))];
  }

  async #carryOut(operation: Operation, mark: () => void): Promise<Result> {
    this.#at = Math.floor(operation.at);
    this.#connection.token = operation.token;
    this.#connection.alongside = mark;
    let running: Promise<unknown>;
    try {
      // SQLite is synchronous: all has happened when this returns.
      running = carryOut(this.#store, operation);
    } finally {
      this.#at = undefined;
      this.#connection.alongside = undefined;
    }
    try {
      return { ok: true, value: await running };
    } catch (error) {
      // The file's own trouble: it was not carried out, and must be.
      if (error instanceof StoreError && error.code !== 'fenced') throw error;
      return { ok: false, error };
    }
  }

  #forget(position: number): void {
    this.#connection.database.prepare('DELETE FROM replica_operation WHERE position = ?').run(position);
  }

  #row(sql: string): Record<string, unknown> | undefined {
    return this.#connection.read(() => this.#connection.database.prepare(sql).get());
  }
}

function pendingIn(row: Record<string, unknown>, path: string): Pending {
  return {
    position: Number(row['position']),
    operation: readOperation(String(row['body']), `a waiting operation of ${path}`),
    done: row['done'] === 1,
  };
}

function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal'])
    if (existsSync(`${path}${suffix}`)) rmSync(`${path}${suffix}`, { force: true });
}
