import { existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { GROUP_SIZE } from './record.ts';

/** Changes with the layout of tables or slices. */
const SCHEMA_VERSION = 1;

/**
 * A slice's key as one integer, so that the slices of a group lie side by side in the table, in order of time:
 * (roll-up * GROUPS + group) * STRETCHES + number of the stretch. 2^31 stretches of 10 s reach the year 2650; all of it stays below 2^53.
 */
const STRETCHES = 2 ** 31;
const GROUPS = 4096;

/** Components that a key can be made for. */
export const MOST_COMPONENTS = GROUPS * GROUP_SIZE;

/** Only a backup would hold the file; a write that waits longer is tried again later, with judging gone on. */
const BUSY_TIMEOUT_MS = 200;

export interface Slice {
  /** Index in ROLL_UPS_MS. */
  readonly rollUp: number;
  readonly group: number;
  /** Start / the roll-up's width. */
  readonly stretch: number;
  readonly bytes: Uint8Array;
}

export interface KnownComponent {
  readonly id: number;
  readonly key: string;
  readonly lastSeenMs: number;
}

interface Range {
  readonly rollUp: number;
  readonly group: number;
  /** [from, to) in stretches. */
  readonly from: number;
  readonly to: number;
}

/**
 * History in a SQLite database of its own: losing it costs charts, never an incident, so it is written with
 * `synchronous = NORMAL` in WAL mode: what was committed survives a kill, and the file is whole after a loss of power.
 */
export class SliceTable {
  readonly path: string;
  #database: DatabaseSync;
  #statements: Statements;

  /** Opens or makes the file. What is broken or of another version is moved to `PATH.aside`, once, and told. */
  constructor(path: string, onAside: (reason: string) => void) {
    this.path = path;
    try {
      this.#database = openDatabase(path);
    } catch (error) {
      if (!(error instanceof Error) || !existsSync(path)) throw error;
      onAside(error.message);
      setAside(path);
      this.#database = openDatabase(path);
    }
    this.#statements = prepare(this.#database);
  }

  components(): KnownComponent[] {
    return this.#statements.components
      .all()
      .map((row) => ({ id: Number(row['id']), key: String(row['key']), lastSeenMs: Number(row['seen_at']) }));
  }

  /** All of it or nothing. */
  write(slices: readonly Slice[], seen: Iterable<KnownComponent> = []): void {
    this.#transaction(() => {
      for (const { id, key, lastSeenMs } of seen) this.#statements.see.run(id, key, lastSeenMs);
      for (const slice of slices) this.#statements.put.run(keyOf(slice, slice.stretch), slice.bytes);
    });
  }

  read({ rollUp, group, from, to }: Range, visit: (stretch: number, bytes: Uint8Array) => void): void {
    const place = { rollUp, group };
    const base = keyOf(place, 0);
    for (const row of this.#statements.range.iterate(keyOf(place, from), keyOf(place, to) - 1))
      visit(Number(row['id']) - base, row['bytes'] as Uint8Array);
  }

  /** The first and last stretch that a group has, or undefined. */
  bounds(rollUp: number, group: number): { readonly first: number; readonly last: number } | undefined {
    const base = keyOf({ rollUp, group }, 0);
    const row = this.#statements.bounds.get(base, base + STRETCHES - 1, base, base + STRETCHES - 1);
    if (typeof row?.['first'] !== 'number' || typeof row['last'] !== 'number') return undefined;
    return { first: row['first'] - base, last: row['last'] - base };
  }

  /** Forgets slices before a stretch. */
  deleteBefore(rollUp: number, groups: number, before: number): number {
    let deleted = 0;
    this.#transaction(() => {
      for (let group = 0; group < groups; group++) {
        const place = { rollUp, group };
        const result = this.#statements.forget.run(keyOf(place, 0), keyOf(place, before) - 1);
        deleted += Number(result.changes);
      }
    });
    return deleted;
  }

  /** Components not seen since, whose slices are gone too. */
  deleteComponents(beforeMs: number): void {
    this.#transaction(() => void this.#statements.forgetComponents.run(beforeMs));
  }

  /** Bytes in use: pages that are not free. */
  get bytes(): number {
    const value = (name: string): number =>
      Number(Object.values(this.#database.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);
    return (value('page_count') - value('freelist_count')) * value('page_size');
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #transaction(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

function keyOf({ rollUp, group }: { rollUp: number; group: number }, stretch: number): number {
  return (rollUp * GROUPS + group) * STRETCHES + Math.max(0, Math.min(STRETCHES, stretch));
}

interface Statements {
  readonly put: StatementSync;
  readonly range: StatementSync;
  readonly bounds: StatementSync;
  readonly forget: StatementSync;
  readonly see: StatementSync;
  readonly components: StatementSync;
  readonly forgetComponents: StatementSync;
}

function prepare(database: DatabaseSync): Statements {
  return {
    put: database.prepare('INSERT OR REPLACE INTO slice (id, bytes) VALUES (?, ?)'),
    range: database.prepare('SELECT id, bytes FROM slice WHERE id BETWEEN ? AND ? ORDER BY id'),
    // Two queries: SQLite looks up one MIN or MAX at once, but walks the range for both together.
    bounds: database.prepare(
      `SELECT (SELECT MIN(id) FROM slice WHERE id BETWEEN ? AND ?) AS first,
              (SELECT MAX(id) FROM slice WHERE id BETWEEN ? AND ?) AS last`,
    ),
    forget: database.prepare('DELETE FROM slice WHERE id BETWEEN ? AND ?'),
    see: database.prepare(
      `INSERT INTO component (id, key, seen_at) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET key = excluded.key, seen_at = excluded.seen_at`,
    ),
    components: database.prepare('SELECT id, key, seen_at FROM component ORDER BY id'),
    forgetComponents: database.prepare('DELETE FROM component WHERE seen_at < ?'),
  };
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (version !== 0 && version !== SCHEMA_VERSION)
      throw new Error(`its layout is ${version}, this Spanwatch knows ${SCHEMA_VERSION}`);
    database.exec(`BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS slice (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS component (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, seen_at INTEGER NOT NULL
      ) STRICT;
      PRAGMA user_version = ${SCHEMA_VERSION};
      COMMIT;`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function setAside(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) {
    rmSync(`${path}.aside${suffix}`, { force: true });
    if (existsSync(path + suffix)) renameSync(path + suffix, `${path}.aside${suffix}`);
  }
}
