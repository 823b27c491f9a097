import type { Incident, IncidentEvent } from '../../domain/incident.ts';
import type { AppendOutcome, StoredEvent } from '../port.ts';
import type { Connection } from './connection.ts';

/** Incidents and their events. To be called inside a transaction of the connection. */
export interface IncidentTable {
  append(incident: Incident, event: IncidentEvent, nowMs: number): AppendOutcome;
  get(id: string): Incident | undefined;
  open(): Incident[];
  page(limit: number, beforeMs: number): Incident[];
  latestByFingerprint(fingerprint: string): Incident | undefined;
  events(incidentId: string): IncidentEvent[];
  changes(after: number, limit: number): StoredEvent[];
  lastPosition(): number;
}

export function createIncidentTable(connection: Connection): IncidentTable {
  return { append: incidentAppender(connection), ...incidentQueries(connection) };
}

function incidentAppender({ database }: Connection): IncidentTable['append'] {
  const revisionOf = database.prepare('SELECT revision FROM incident WHERE id = ?');
  const bodyOf = database.prepare('SELECT body FROM incident_event WHERE incident_id = ? AND sequence = ?');
  const insert = database.prepare(
    'INSERT INTO incident_event (incident_id, sequence, at, type, body) VALUES (?, ?, ?, ?, ?)',
  );
  const upsert = database.prepare(
    `INSERT INTO incident (id, fingerprint, state, revision, opened_at, changed_at, body) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint, state = excluded.state,
       revision = excluded.revision, opened_at = excluded.opened_at, changed_at = excluded.changed_at,
       body = excluded.body`,
  );
  return (incident, event, nowMs) => {
    const stored = Number(revisionOf.get(event.incidentId)?.['revision'] ?? 0);
    const body = JSON.stringify(event);
    if (event.sequence <= stored) {
      const same = bodyOf.get(event.incidentId, event.sequence)?.['body'] === body;
      return same ? { kind: 'duplicate' } : { kind: 'conflict', revision: stored };
    }
    if (event.sequence !== stored + 1) return { kind: 'conflict', revision: stored };
    const { id, fingerprint, state, revision } = incident;
    insert.run(id, event.sequence, Math.floor(event.at), event.type, body);
    upsert.run(
      id,
      fingerprint,
      state,
      revision,
      Math.floor(incident.openedAt),
      nowMs,
      JSON.stringify(incident),
    );
    return { kind: 'appended' };
  };
}

function incidentQueries(connection: Connection): Omit<IncidentTable, 'append'> {
  const { database } = connection;
  const byId = database.prepare('SELECT body FROM incident WHERE id = ?');
  const notResolved = database.prepare(
    `SELECT body FROM incident WHERE state IN ('open', 'acknowledged') ORDER BY opened_at, id`,
  );
  const byOpening = database.prepare(
    'SELECT body FROM incident WHERE opened_at < ? ORDER BY opened_at DESC, id DESC LIMIT ?',
  );
  const byFingerprint = database.prepare(
    'SELECT body FROM incident WHERE fingerprint = ? ORDER BY opened_at DESC, id DESC LIMIT 1',
  );
  const eventsOf = database.prepare(
    'SELECT body FROM incident_event WHERE incident_id = ? ORDER BY sequence',
  );
  // The rowid is the order of writing; nothing here vacuums, which alone could number rows anew.
  const eventsAfter = database.prepare(
    'SELECT rowid AS position, body FROM incident_event WHERE rowid > ? ORDER BY rowid LIMIT ?',
  );
  const newest = database.prepare('SELECT MAX(rowid) AS position FROM incident_event');
  const incidentIn = (row: Row): Incident => connection.parse(row['body']) as unknown as Incident;
  const eventIn = (row: Row): IncidentEvent => connection.parse(row['body']) as unknown as IncidentEvent;
  const one = (row: Row | undefined): Incident | undefined => (row ? incidentIn(row) : undefined);
  return {
    get: (id) => one(byId.get(id)),
    open: () => notResolved.all().map(incidentIn),
    page: (limit, beforeMs) => byOpening.all(beforeMs, limit).map(incidentIn),
    latestByFingerprint: (fingerprint) => one(byFingerprint.get(fingerprint)),
    changes: (after, limit) =>
      eventsAfter
        .all(after, limit)
        .map((row) => ({ position: row['position'] as number, event: eventIn(row) })),
    lastPosition: () => Number(newest.get()?.['position'] ?? 0),
    events: (incidentId) => eventsOf.all(incidentId).map(eventIn),
  };
}

type Row = Record<string, unknown>;
