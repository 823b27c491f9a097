import type { IncidentLogBook, IncidentLogs } from '../../logs/port.ts';
import type { Connection } from './connection.ts';
import { settle } from './settle.ts';

export function createLogTable(connection: Connection): IncidentLogBook {
  const { database } = connection;
  const save = database.prepare(
    'INSERT INTO incident_logs (incident_id, body) VALUES (?, ?) ON CONFLICT (incident_id) DO UPDATE SET body = excluded.body',
  );
  const get = database.prepare('SELECT body FROM incident_logs WHERE incident_id = ?');
  return {
    keep: (incidentId, logs) =>
      settle(() => connection.relaxed(() => void save.run(incidentId, JSON.stringify(logs)))),
    logs: (incidentId) =>
      settle(() =>
        connection.read(() => {
          const row = get.get(incidentId);
          return row && (connection.parse(row['body']) as unknown as IncidentLogs);
        }),
      ),
  };
}
