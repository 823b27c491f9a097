import type { Receipt } from '../../notify/port.ts';
import type { ChannelPace, DeliveryStore, NewDelivery } from '../port.ts';
import type { Connection } from './connection.ts';
import { deliveryQueries } from './delivery-queries.ts';
import { type Row, UNDONE } from './delivery-row.ts';
import { createPaceTable, type PaceTable } from './pace-table.ts';
import { settle } from './settle.ts';

export interface DeliveryTable extends DeliveryStore {
  /** Inside the transaction of the event that causes them. */
  insert(deliveries: readonly NewDelivery[], nowMs: number): void;
}

export function createDeliveryTable(connection: Connection, nowMs: () => number): DeliveryTable {
  const insert = deliveryInserter(connection);
  const paces = createPaceTable(connection);
  return {
    insert,
    ...deliveryQueries(connection),
    ...attemptMarks(connection, nowMs, paces),
    ...deliveryEnds(connection, nowMs, { insert, paces }),
    ...receipts(connection),
    pace: (channel) => settle(() => connection.read(() => paces.of(channel))),
  };
}

function deliveryInserter({ database }: Connection): DeliveryTable['insert'] {
  const insert = database.prepare(
    `INSERT INTO delivery
       (id, channel, incident_id, state, attempts, enqueued_at, next_attempt_at, reason, event, severity, body)
     VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  );
  return (deliveries, now) => {
    for (const { channel, message, silenced, notBefore = now } of deliveries) {
      insert.run(
        `${message.id}/${channel}`,
        channel,
        message.incidentId,
        silenced === undefined ? 'pending' : 'silenced',
        now,
        Math.ceil(notBefore),
        silenced ?? null,
        message.event,
        message.severity,
        JSON.stringify(message),
      );
    }
  };
}

type Marks = Pick<DeliveryStore, 'markSending' | 'postpone' | 'hasten' | 'recoverSending' | 'release'>;

function attemptMarks(connection: Connection, nowMs: () => number, paces: PaceTable): Marks {
  const { database } = connection;
  const durably = <T>(work: () => T): Promise<Awaited<T>> => settle(() => connection.durably(work));
  const toSending = database.prepare(
    `UPDATE delivery SET state = 'sending', attempts = attempts + 1 WHERE id = ? AND state = 'pending' RETURNING channel`,
  );
  const toPending = database.prepare(
    `UPDATE delivery SET state = 'pending', next_attempt_at = ?, reason = ? WHERE id = ? AND ${UNDONE} RETURNING channel`,
  );
  const hasten = database.prepare(
    `UPDATE delivery SET next_attempt_at = ? WHERE channel = ? AND head = 1 AND state = 'pending' AND next_attempt_at > ?`,
  );
  const recover = database.prepare(
    `UPDATE delivery SET state = 'pending', next_attempt_at = ? WHERE state = 'sending'`,
  );
  const release = database.prepare(
    `UPDATE delivery SET state = 'pending', reason = NULL, enqueued_at = ?3, next_attempt_at = ?3
     WHERE state = 'silenced' AND position IN
       (SELECT MAX(position) FROM delivery WHERE incident_id = ?1 GROUP BY channel)
     AND (?2 IS NULL OR channel = ?2)`,
  );
  const keep = (row: Row | undefined, pace: ChannelPace | undefined): boolean => {
    if (row !== undefined && pace !== undefined) paces.keep(String(row['channel']), pace);
    return row !== undefined;
  };
  return {
    markSending: (id, pace) => durably(() => keep(toSending.get(id), pace)),
    postpone: (id, at, reason, pace) =>
      durably(() => void keep(toPending.get(Math.ceil(at), reason, id), pace)),
    hasten: (channel, at) => durably(() => void hasten.run(Math.floor(at), channel, Math.floor(at))),
    recoverSending: () => durably(() => Number(recover.run(nowMs()).changes)),
    release: (incidentId, channel) =>
      durably(() => Number(release.run(incidentId, channel ?? null, nowMs()).changes)),
  };
}

type Ends = Pick<DeliveryStore, 'finish' | 'finishAll'>;

function deliveryEnds(
  connection: Connection,
  nowMs: () => number,
  { insert, paces }: { readonly insert: DeliveryTable['insert']; readonly paces: PaceTable },
): Ends {
  const { database } = connection;
  const toFinal = database.prepare(
    `UPDATE delivery SET state = ?, reason = ? WHERE id = ? AND ${UNDONE} RETURNING incident_id, channel`,
  );
  const pendingToFinal = database.prepare(
    `UPDATE delivery SET state = ?, reason = ? WHERE id = ? AND state = 'pending'`,
  );
  const upsertReceipt = database.prepare(
    `INSERT INTO receipt (incident_id, channel, at, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (incident_id, channel) DO UPDATE SET at = excluded.at, body = excluded.body`,
  );
  return {
    finish: (id, state, detail = {}) =>
      settle(() =>
        connection.durably(() => {
          const row = toFinal.get(state, detail.reason ?? null, id);
          if (row === undefined) return;
          if (detail.pace !== undefined) paces.keep(String(row['channel']), detail.pace);
          if (detail.receipt === undefined) return;
          upsertReceipt.run(row['incident_id'], row['channel'], nowMs(), JSON.stringify(detail.receipt));
        }),
      ),
    finishAll: (ids, state, { reason, instead }) =>
      settle(() =>
        connection.durably(() => {
          for (const id of ids) pendingToFinal.run(state, reason, id);
          if (instead !== undefined) insert([instead], nowMs());
        }),
      ),
  };
}

function receipts(connection: Connection): Pick<DeliveryStore, 'receipt'> {
  const receiptOf = connection.database.prepare(
    'SELECT body FROM receipt WHERE incident_id = ? AND channel = ?',
  );
  return {
    receipt: (incidentId, channel) =>
      settle(() =>
        connection.read(() => {
          const row = receiptOf.get(incidentId, channel);
          return row && (connection.parse(row['body']) as unknown as Receipt);
        }),
      ),
  };
}
