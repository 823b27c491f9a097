import type { KeptTrace } from '../../traces/port.ts';
import type { TraceStore } from '../port.ts';
import type { Connection } from './connection.ts';
import { settle } from './settle.ts';

/** Six exemplars at the opening, and six that later windows found better: at 75 kB each, a megabyte an incident. */
export const MOST_TRACES_AN_INCIDENT = 12;

export function createTraceTable(connection: Connection): TraceStore {
  const { database } = connection;
  const insert = database.prepare(
    'INSERT INTO kept_trace (incident_id, trace_id, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const limit = database.prepare(
    `DELETE FROM kept_trace WHERE incident_id = ? AND position NOT IN
       (SELECT position FROM kept_trace WHERE incident_id = ? ORDER BY position DESC LIMIT ?)`,
  );
  const byId = database.prepare('SELECT body FROM kept_trace WHERE trace_id = ? LIMIT 1');
  return {
    keep: (incidentId, traces) =>
      settle(() =>
        connection.relaxed(() => {
          for (const trace of traces) insert.run(incidentId, trace.traceId, JSON.stringify(trace));
          limit.run(incidentId, incidentId, MOST_TRACES_AN_INCIDENT);
        }),
      ),
    trace: (traceId) =>
      settle(() =>
        connection.read(() => {
          const row = byId.get(traceId);
          return row && (connection.parse(row['body']) as unknown as KeptTrace);
        }),
      ),
  };
}
