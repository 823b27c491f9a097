import type { LeaseStore } from '../port.ts';
import type { Connection } from './connection.ts';
import { settle } from './settle.ts';

/** Processes that share a file share a host and its clock. */
export function createLeaseTable(connection: Connection, nowMs: () => number): LeaseStore {
  const { database } = connection;
  const byName = database.prepare('SELECT holder, token, expires_at FROM lease WHERE name = ?');
  const upsert = database.prepare(
    `INSERT INTO lease (name, holder, token, expires_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, token = excluded.token, expires_at = excluded.expires_at`,
  );
  const expire = database.prepare(
    'UPDATE lease SET expires_at = 0 WHERE name = ? AND holder = ? AND token = ?',
  );
  // The tokens that this process has had: under another, another process of its holder was started.
  const had = new Map<string, number>();
  return {
    acquire: (name, holder, ttlMs) =>
      settle(() =>
        connection.unfenced(() => {
          const row = byName.get(name);
          const isHolders = row?.['holder'] === holder;
          const mine = isHolders && row['token'] === had.get(name);
          const startedAnew = isHolders && !had.has(name);
          if (row !== undefined && !mine && !startedAnew && Number(row['expires_at']) > nowMs())
            return { kind: 'taken', by: String(row['holder']) };
          const token = Number(row?.['token'] ?? 0) + (mine ? 0 : 1);
          had.set(name, token);
          upsert.run(name, holder, token, Math.ceil(nowMs() + ttlMs));
          return { kind: 'held', lease: { name, holder, token } };
        }),
      ),
    release: ({ name, holder, token }) =>
      settle(() => connection.unfenced(() => void expire.run(name, holder, token))),
  };
}
