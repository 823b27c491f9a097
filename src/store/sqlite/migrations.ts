import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../store-error.ts';

interface Migration {
  readonly name: string;
  readonly sql: string;
}

/**
 * Numbered from 1 by their place. A released one is never edited: a change is a new one at the end. Columns hold what
 * is searched; the whole noun is in `body` as JSON. Times are epoch milliseconds: `at` and `opened_at` of
 * the event, all others by the store's clock.
 */
const MIGRATIONS: readonly Migration[] = [
  {
    name: 'incidents, deliveries, receipts, cursors',
    sql: `
      CREATE TABLE incident (
        id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, state TEXT NOT NULL, revision INTEGER NOT NULL,
        opened_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, body TEXT NOT NULL
      ) STRICT;
      CREATE INDEX incident_by_fingerprint ON incident (fingerprint, opened_at);
      CREATE INDEX incident_by_opening ON incident (opened_at, id);
      CREATE INDEX incident_by_state ON incident (state, changed_at);
      CREATE TABLE incident_event (
        incident_id TEXT NOT NULL, sequence INTEGER NOT NULL, at INTEGER NOT NULL, type TEXT NOT NULL,
        body TEXT NOT NULL, UNIQUE (incident_id, sequence)
      ) STRICT;
      CREATE TABLE delivery (
        position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, channel TEXT NOT NULL,
        incident_id TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, enqueued_at INTEGER NOT NULL,
        next_attempt_at INTEGER NOT NULL, reason TEXT, body TEXT NOT NULL
      ) STRICT;
      CREATE INDEX delivery_lane ON delivery (channel, incident_id, position)
        WHERE state IN ('pending', 'sending');
      CREATE INDEX delivery_by_incident ON delivery (incident_id);
      CREATE INDEX delivery_by_state ON delivery (state, enqueued_at);
      CREATE TABLE receipt (
        incident_id TEXT NOT NULL, channel TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (incident_id, channel)
      ) STRICT;
      CREATE TABLE cursor (
        key TEXT PRIMARY KEY, value TEXT NOT NULL, changed_at INTEGER NOT NULL
      ) STRICT;`,
  },
  {
    name: 'whole traces of incidents',
    sql: `
      CREATE TABLE kept_trace (
        position INTEGER PRIMARY KEY AUTOINCREMENT, incident_id TEXT NOT NULL, trace_id TEXT NOT NULL,
        body TEXT NOT NULL, UNIQUE (incident_id, trace_id)
      ) STRICT;
      CREATE INDEX kept_trace_by_trace ON kept_trace (trace_id);`,
  },
  {
    // A lane's head and a channel's backlog are kept by triggers, so that finding the next delivery and counting what
    // waits take a seek each, however many wait.
    name: 'lane heads, backlogs, silences',
    sql: `
      ALTER TABLE delivery ADD COLUMN event TEXT NOT NULL DEFAULT '';
      ALTER TABLE delivery ADD COLUMN severity TEXT NOT NULL DEFAULT '';
      ALTER TABLE delivery ADD COLUMN head INTEGER NOT NULL DEFAULT 0;
      UPDATE delivery SET event = json_extract(body, '$.event'), severity = json_extract(body, '$.severity');
      UPDATE delivery SET head = 1 WHERE position IN (
        SELECT MIN(position) FROM delivery WHERE state IN ('pending', 'sending') GROUP BY channel, incident_id);
      CREATE INDEX delivery_due ON delivery (channel, next_attempt_at, position) WHERE head = 1 AND state = 'pending';
      CREATE INDEX delivery_head ON delivery (channel, incident_id) WHERE head = 1;
      CREATE INDEX delivery_waiting ON delivery (channel, position) WHERE state = 'pending';
      CREATE INDEX delivery_age ON delivery (enqueued_at) WHERE state IN ('pending', 'sending');
      CREATE TABLE backlog (channel TEXT PRIMARY KEY, undone INTEGER NOT NULL) STRICT;
      INSERT INTO backlog SELECT channel, COUNT(*) FROM delivery WHERE state IN ('pending', 'sending') GROUP BY channel;
      CREATE TRIGGER delivery_added AFTER INSERT ON delivery WHEN NEW.state IN ('pending', 'sending') BEGIN
        UPDATE delivery SET head = 1 WHERE position = NEW.position AND NOT EXISTS (
          SELECT 1 FROM delivery WHERE channel = NEW.channel AND incident_id = NEW.incident_id AND head = 1);
        INSERT OR IGNORE INTO backlog VALUES (NEW.channel, 0);
        UPDATE backlog SET undone = undone + 1 WHERE channel = NEW.channel;
      END;
      CREATE TRIGGER delivery_moved AFTER UPDATE OF state ON delivery
        WHEN (OLD.state IN ('pending', 'sending')) <> (NEW.state IN ('pending', 'sending')) BEGIN
        UPDATE delivery SET head = 0 WHERE channel = NEW.channel AND incident_id = NEW.incident_id AND head = 1;
        UPDATE delivery SET head = 1 WHERE position = (
          SELECT MIN(position) FROM delivery
          WHERE channel = NEW.channel AND incident_id = NEW.incident_id AND state IN ('pending', 'sending'));
        INSERT OR IGNORE INTO backlog VALUES (NEW.channel, 0);
        UPDATE backlog SET undone = undone + IIF(NEW.state IN ('pending', 'sending'), 1, -1)
          WHERE channel = NEW.channel;
      END;
      CREATE TABLE silence (
        id TEXT PRIMARY KEY, ends_at INTEGER NOT NULL, created_at INTEGER NOT NULL, body TEXT NOT NULL
      ) STRICT;
      CREATE INDEX silence_by_end ON silence (ends_at);`,
  },
  {
    name: 'feedback',
    sql: `
      CREATE TABLE feedback (
        id TEXT PRIMARY KEY, at INTEGER NOT NULL, expires_at INTEGER NOT NULL, body TEXT NOT NULL
      ) STRICT;
      CREATE INDEX feedback_by_time ON feedback (at);`,
  },
  {
    name: 'decisions of the policy',
    sql: `
      CREATE TABLE decision (
        position INTEGER PRIMARY KEY AUTOINCREMENT, incident_id TEXT NOT NULL, message_id TEXT NOT NULL,
        channel TEXT NOT NULL, at INTEGER NOT NULL, event TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL,
        UNIQUE (message_id, channel)
      ) STRICT;
      CREATE INDEX decision_by_incident ON decision (incident_id, position);`,
  },
  {
    name: 'log lines of incidents',
    sql: `CREATE TABLE incident_logs (incident_id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;`,
  },
  {
    // `replication` and `replica_operation` are those of a store that is kept in Elasticsearch (docs/adr/0018); empty else.
    name: 'leases, the fence, replication',
    sql: `
      CREATE TABLE lease (
        name TEXT PRIMARY KEY, holder TEXT NOT NULL, token INTEGER NOT NULL, expires_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE fence (one INTEGER PRIMARY KEY CHECK (one = 1), token INTEGER NOT NULL) STRICT;
      INSERT INTO fence VALUES (1, 0);
      CREATE TABLE replication (
        one INTEGER PRIMARY KEY CHECK (one = 1), lineage TEXT NOT NULL, applied INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE replica_operation (
        position INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL, done INTEGER NOT NULL
      ) STRICT;`,
  },
  {
    name: 'pace of channels',
    sql: `
      CREATE TABLE channel_pace (
        channel TEXT PRIMARY KEY, full_at INTEGER NOT NULL, paused_until INTEGER NOT NULL
      ) STRICT;`,
  },
];

const MIGRATION_TABLE = 'spanwatch_migration';

/**
 * Brings the schema up to ours in one transaction. Throws a `StoreError` when the file belongs to another program or
 * to a newer Spanwatch; then nothing was changed.
 */
export function migrate(database: DatabaseSync, path: string, nowMs: number): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    const version = readVersion(database, path);
    if (version > MIGRATIONS.length) {
      throw new StoreError(
        'newer',
        `store ${path} has schema ${version}, this Spanwatch knows up to ${MIGRATIONS.length}: ` +
          'a newer Spanwatch wrote it; upgrade this one, or give it a store of its own',
      );
    }
    const record = database.prepare(
      `INSERT INTO ${MIGRATION_TABLE} (number, name, applied_at) VALUES (?, ?, ?)`,
    );
    for (const [index, migration] of MIGRATIONS.entries()) {
      if (index < version) continue;
      database.exec(migration.sql);
      record.run(index + 1, migration.name, nowMs);
    }
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function readVersion(database: DatabaseSync, path: string): number {
  const tables = database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .all()
    .map((row) => row['name']);
  if (tables.length === 0) {
    database.exec(
      `CREATE TABLE ${MIGRATION_TABLE} (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT`,
    );
    return 0;
  }
  if (!tables.includes(MIGRATION_TABLE)) {
    throw new StoreError(
      'foreign',
      `${path} is a SQLite database of another program: give Spanwatch a file of its own`,
    );
  }
  const row = database.prepare(`SELECT MAX(number) AS version FROM ${MIGRATION_TABLE}`).get();
  return Number(row?.['version'] ?? 0);
}
