import type { Message } from '../../domain/message.ts';
import type { Receipt } from '../../notify/port.ts';
import type { Delivery, DeliveryState, DeliveryStore, NewDelivery, NextDelivery } from '../port.ts';
import type { Connection } from './connection.ts';

export interface DeliveryTable extends DeliveryStore {
  /** Inside the transaction of the event that causes them. */
  insert(deliveries: readonly NewDelivery[], nowMs: number): void;
}

const UNDONE = `state IN ('pending', 'sending')`;
/** A lane's first delivery that is not final. */
const HEADS = `SELECT MIN(position) FROM delivery WHERE channel = ? AND ${UNDONE} GROUP BY incident_id`;

export function createDeliveryTable(connection: Connection, nowMs: () => number): DeliveryTable {
  const { database } = connection;
  const insert = database.prepare(
    `INSERT INTO delivery (id, channel, incident_id, state, attempts, enqueued_at, next_attempt_at, body)
     VALUES (?, ?, ?, 'pending', 0, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  );
  const toSending = database.prepare(
    `UPDATE delivery SET state = 'sending', attempts = attempts + 1 WHERE id = ?`,
  );
  const toPending = database.prepare(
    `UPDATE delivery SET state = 'pending', next_attempt_at = ?, reason = ? WHERE id = ?`,
  );
  const recover = database.prepare(
    `UPDATE delivery SET state = 'pending', next_attempt_at = ? WHERE state = 'sending'`,
  );
  const receiptOf = database.prepare('SELECT body FROM receipt WHERE incident_id = ? AND channel = ?');
  return {
    insert: (deliveries, now) => {
      for (const { channel, message } of deliveries) {
        insert.run(
          `${message.id}/${channel}`,
          channel,
          message.incidentId,
          now,
          now,
          JSON.stringify(message),
        );
      }
    },
    ...deliveryQueries(connection),
    markSending: (id) => settle(() => connection.durably(() => void toSending.run(id))),
    postpone: (id, at, reason) =>
      settle(() => connection.durably(() => void toPending.run(Math.ceil(at), reason, id))),
    recoverSending: () => settle(() => connection.durably(() => Number(recover.run(nowMs()).changes))),
    finish: deliveryFinisher(connection, nowMs),
    receipt: (incidentId, channel) =>
      settle(() =>
        connection.read(() => {
          const row = receiptOf.get(incidentId, channel);
          return row && (connection.parse(row['body']) as unknown as Receipt);
        }),
      ),
  };
}

function deliveryFinisher(connection: Connection, nowMs: () => number): DeliveryStore['finish'] {
  const toFinal = connection.database.prepare(
    'UPDATE delivery SET state = ?, reason = ? WHERE id = ? RETURNING incident_id, channel',
  );
  const upsertReceipt = connection.database.prepare(
    `INSERT INTO receipt (incident_id, channel, at, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (incident_id, channel) DO UPDATE SET at = excluded.at, body = excluded.body`,
  );
  return (id, state, detail = {}) =>
    settle(() =>
      connection.durably(() => {
        const row = toFinal.get(state, detail.reason ?? null, id);
        if (row === undefined || detail.receipt === undefined) return;
        upsertReceipt.run(row['incident_id'], row['channel'], nowMs(), JSON.stringify(detail.receipt));
      }),
    );
}

type Queries = Pick<DeliveryStore, 'nextDelivery' | 'lane' | 'status' | 'deliveries'>;

function deliveryQueries(connection: Connection): Queries {
  const { database } = connection;
  const dueHead = database.prepare(
    `SELECT * FROM delivery WHERE position IN (${HEADS}) AND state = 'pending' AND next_attempt_at <= ?
     ORDER BY position LIMIT 1`,
  );
  const laterHead = database.prepare(
    `SELECT MIN(next_attempt_at) AS at FROM delivery WHERE position IN (${HEADS}) AND state = 'pending'`,
  );
  const lane = database.prepare(
    `SELECT * FROM delivery WHERE channel = ? AND incident_id = ? AND ${UNDONE} ORDER BY position`,
  );
  const status = database.prepare(
    `SELECT COUNT(*) AS pending, MIN(enqueued_at) AS oldest FROM delivery WHERE ${UNDONE}`,
  );
  const newest = database.prepare('SELECT * FROM delivery ORDER BY position DESC LIMIT ?');
  const newestOfState = database.prepare(
    'SELECT * FROM delivery WHERE state = ? ORDER BY position DESC LIMIT ?',
  );
  const deliveryIn = (row: Row): Delivery => toDelivery(row, connection);
  const next = (channel: string, now: number): NextDelivery => {
    const due = dueHead.get(channel, now);
    if (due !== undefined) return { kind: 'due', delivery: deliveryIn(due) };
    const at = laterHead.get(channel)?.['at'];
    return typeof at === 'number' ? { kind: 'later', atMs: at } : { kind: 'none' };
  };
  return {
    nextDelivery: (channel, now) => settle(() => connection.read(() => next(channel, now))),
    lane: (channel, incidentId) =>
      settle(() => connection.read(() => lane.all(channel, incidentId).map(deliveryIn))),
    status: () =>
      settle(() =>
        connection.read(() => {
          const row = status.get();
          const oldest = row?.['oldest'];
          const pending = Number(row?.['pending'] ?? 0);
          return typeof oldest === 'number' ? { pending, oldestEnqueuedAt: oldest } : { pending };
        }),
      ),
    deliveries: ({ state, limit }) =>
      settle(() =>
        connection.read(() =>
          (state === undefined ? newest.all(limit) : newestOfState.all(state, limit)).map(deliveryIn),
        ),
      ),
  };
}

type Row = Record<string, unknown>;

function toDelivery(row: Row, connection: Connection): Delivery {
  return {
    id: row['id'] as string,
    channel: row['channel'] as string,
    incidentId: row['incident_id'] as string,
    message: connection.parse(row['body']) as unknown as Message,
    state: row['state'] as DeliveryState,
    attempts: row['attempts'] as number,
    enqueuedAt: row['enqueued_at'] as number,
    nextAttemptAt: row['next_attempt_at'] as number,
    ...(row['reason'] === null ? {} : { reason: row['reason'] as string }),
  };
}

/** Runs at once, so that calls take effect in the order in which they were made; what it throws is a rejection. */
export function settle<T>(work: () => T): Promise<Awaited<T>> {
  return new Promise<Awaited<T>>((resolve) => {
    resolve(work() as Awaited<T>);
  });
}
