import type { Runtime } from '../../runtime/index.ts';
import type { Pruned, Store } from '../port.ts';
import { type Connection, openConnection } from './connection.ts';
import { createDecisionTable } from './decision-table.ts';
import { createDeliveryTable } from './delivery-table.ts';
import { createIncidentTable } from './incident-table.ts';
import { fenceOf, raiseFence } from './fence.ts';
import { createLeaseTable } from './lease-table.ts';
import { createLogTable } from './log-table.ts';
import { createTraceTable } from './trace-table.ts';
import { createOutboxAdmin } from './outbox-admin.ts';
import { settle } from './settle.ts';
import { createFeedbackTable } from './feedback-table.ts';
import { createSilenceTable } from './silence-table.ts';

export interface SqliteStoreConfig {
  /** A file, made with its folder when absent, or `:memory:` for a store that ends with the process. */
  readonly path: string;
}

/**
 * The embedded store. Throws a `StoreError` that names the file when it is broken, another program's, or of a newer
 * Spanwatch. Calls run synchronously (a durable write costs an fsync, about a millisecond on an SSD); the port's
 * promises are for stores across a network.
 */
export function openSqliteStore(config: SqliteStoreConfig, runtime: Pick<Runtime, 'clock'>): Store {
  const now = (): number => Math.floor(runtime.clock.now());
  const connection = openConnection(config.path, now());
  // A file that was beside a store in Elasticsearch has a fence: alone, whoever opens it goes on where that was.
  connection.token = fenceOf(connection.database);
  return storeOn(connection, now);
}

/** The store on an open connection; `now` gives whole epoch milliseconds. */
export function storeOn(connection: Connection, now: () => number): Store {
  const incidents = createIncidentTable(connection);
  const deliveries = createDeliveryTable(connection, now);
  const cursors = cursorTable(connection, now);
  const decisions = createDecisionTable(connection);
  return {
    appendEvent: (incident, event, causes, why = []) =>
      settle(() => {
        if (incident.id !== event.incidentId || incident.revision !== event.sequence) {
          throw new RangeError(
            `incident ${incident.id} at revision ${incident.revision} is not the fold of event ` +
              `${event.sequence} of ${event.incidentId}`,
          );
        }
        return connection.durably(() => {
          const outcome = incidents.append(incident, event, now());
          if (outcome.kind !== 'appended') return outcome;
          deliveries.insert(causes, now());
          decisions.insert(why, now());
          return outcome;
        });
      }),
    incident: (id) => settle(() => connection.read(() => incidents.get(id))),
    openIncidents: () => settle(() => connection.read(() => incidents.open())),
    incidents: ({ limit, beforeMs = Number.MAX_SAFE_INTEGER }) =>
      settle(() => connection.read(() => incidents.page(limit, beforeMs))),
    latestByFingerprint: (fingerprint) =>
      settle(() => connection.read(() => incidents.latestByFingerprint(fingerprint))),
    events: (incidentId) => settle(() => connection.read(() => incidents.events(incidentId))),
    changes: ({ after, limit }) => settle(() => connection.read(() => incidents.changes(after, limit))),
    lastPosition: () => settle(() => connection.read(() => incidents.lastPosition())),
    outbox: deliveries,
    traces: createTraceTable(connection),
    logs: createLogTable(connection),
    outboxAdmin: createOutboxAdmin(connection, now),
    silences: createSilenceTable(connection),
    feedback: createFeedbackTable(connection),
    leases: createLeaseTable(connection, now),
    fence: (token) =>
      settle(() => {
        connection.token = Math.max(connection.token, token);
        connection.durably(() => raiseFence(connection, token));
      }),
    decisions: (incidentId) => decisions.decisions(incidentId),
    enqueue: (messages, { key, value }, why = []) =>
      settle(() =>
        connection.durably(() => {
          deliveries.insert(messages, now());
          decisions.insert(why, now());
          cursors.write(key, value);
        }),
      ),
    cursor: cursors.cursor,
    setCursor: cursors.setCursor,
    prune: (beforeMs) => settle(() => connection.relaxed(() => prune(connection, Math.floor(beforeMs)))),
    close: () => settle(() => connection.close()),
  };
}

interface CursorTable extends Pick<Store, 'cursor' | 'setCursor'> {
  /** Inside a transaction. */
  write(key: string, value: string): void;
}

function cursorTable(connection: Connection, now: () => number): CursorTable {
  const get = connection.database.prepare('SELECT value FROM cursor WHERE key = ?');
  const set = connection.database.prepare(
    `INSERT INTO cursor (key, value, changed_at) VALUES (?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at`,
  );
  const write = (key: string, value: string): void => void set.run(key, value, now());
  return {
    write,
    cursor: (key) => settle(() => connection.read(() => get.get(key)?.['value'] as string | undefined)),
    setCursor: (key, value) => settle(() => connection.relaxed(() => write(key, value))),
  };
}

function prune(connection: Connection, beforeMs: number): Pruned {
  const { database } = connection;
  const run = (sql: string, ...values: number[]): number =>
    Number(database.prepare(sql).run(...values).changes);
  const incidents = run(
    `DELETE FROM incident WHERE state = 'resolved' AND changed_at < ? AND id NOT IN
       (SELECT incident_id FROM delivery WHERE state IN ('pending', 'sending'))`,
    beforeMs,
  );
  run('DELETE FROM silence WHERE ends_at < ?', beforeMs);
  run('DELETE FROM feedback WHERE expires_at < ?', beforeMs);
  const gone = 'incident_id NOT IN (SELECT id FROM incident)';
  run(`DELETE FROM decision WHERE ${gone}`);
  run(`DELETE FROM incident_logs WHERE ${gone}`);
  return {
    incidents,
    events: run(`DELETE FROM incident_event WHERE ${gone}`),
    receipts: run(`DELETE FROM receipt WHERE ${gone}`),
    traces: run(`DELETE FROM kept_trace WHERE ${gone}`),
    deliveries: run(
      `DELETE FROM delivery WHERE state NOT IN ('pending', 'sending') AND (enqueued_at < ? OR ${gone})`,
      beforeMs,
    ),
  };
}
