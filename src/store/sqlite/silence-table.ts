import type { Silence } from '../../domain/silence.ts';
import type { SilenceStore } from '../port.ts';
import type { Connection } from './connection.ts';
import { settle } from './settle.ts';

/** More than anybody can overlook; a script that adds one a minute must not fill the memory. */
const MAX_LISTED = 1000;

export function createSilenceTable(connection: Connection): SilenceStore {
  const { database } = connection;
  const upsert = database.prepare(
    `INSERT INTO silence (id, ends_at, created_at, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET ends_at = excluded.ends_at, body = excluded.body`,
  );
  const byId = database.prepare('SELECT body FROM silence WHERE id = ?');
  const all = database.prepare(
    `SELECT body FROM (SELECT * FROM silence ORDER BY ends_at DESC LIMIT ${MAX_LISTED})
     ORDER BY created_at DESC, id DESC`,
  );
  const silenceIn = (row: Record<string, unknown>): Silence =>
    connection.parse(row['body']) as unknown as Silence;
  return {
    save: (silence) =>
      settle(() =>
        connection.durably(
          () => void upsert.run(silence.id, silence.endsAt, silence.createdAt, JSON.stringify(silence)),
        ),
      ),
    silence: (id) =>
      settle(() =>
        connection.read(() => {
          const row = byId.get(id);
          return row && silenceIn(row);
        }),
      ),
    silences: () => settle(() => connection.read(() => all.all().map(silenceIn))),
  };
}
