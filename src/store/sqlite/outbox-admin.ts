import { printable } from '../../domain/printable.ts';
import type { Delivery, DeliveryChange, DeliveryFilter, DeliveryPage, OutboxAdmin } from '../port.ts';
import type { Connection } from './connection.ts';
import { toDelivery } from './delivery-row.ts';
import { settle } from './settle.ts';

const MAX_LIMIT = 500;
const MAX_BY_LENGTH = 100;
/** What was sent may not be sent twice by a slip, and what was superseded was said by another message. */
const RESENDABLE: readonly string[] = ['dead', 'expired', 'silenced', 'dropped'];

export function createOutboxAdmin(connection: Connection, nowMs: () => number): OutboxAdmin {
  const { database } = connection;
  const byId = database.prepare('SELECT * FROM delivery WHERE id = ?');
  const toPending = database.prepare(
    `UPDATE delivery SET state = 'pending', reason = NULL, enqueued_at = ?, next_attempt_at = ? WHERE id = ?`,
  );
  const toDropped = database.prepare(`UPDATE delivery SET state = 'dropped', reason = ? WHERE id = ?`);
  const find = (id: string): Delivery | undefined => {
    const row = byId.get(id);
    return row && toDelivery(row, connection);
  };
  const change = (id: string, apply: (delivery: Delivery) => string | undefined): Promise<DeliveryChange> =>
    settle(() =>
      connection.durably((): DeliveryChange => {
        const before = find(id);
        if (before === undefined) return { kind: 'missing' };
        const reason = apply(before);
        return reason === undefined
          ? { kind: 'done', delivery: find(id) ?? before }
          : { kind: 'refused', reason };
      }),
    );
  return {
    list: (filter) => settle(() => connection.read(() => page(connection, filter))),
    delivery: (id) => settle(() => connection.read(() => find(id))),
    resend: (id) =>
      change(id, ({ state }) => {
        if (!RESENDABLE.includes(state)) return `a message that is ${state} cannot be sent again`;
        toPending.run(nowMs(), nowMs(), id);
        return undefined;
      }),
    drop: (id, by) =>
      change(id, ({ state }) => {
        if (state !== 'pending') return `a message that is ${state} cannot be dropped`;
        toDropped.run(`dropped by ${printable(by, MAX_BY_LENGTH)}`, id);
        return undefined;
      }),
  };
}

function page(connection: Connection, filter: DeliveryFilter): DeliveryPage {
  const limit = Math.min(Math.max(1, Math.floor(filter.limit)), MAX_LIMIT);
  const before = filter.after === undefined ? Number.MAX_SAFE_INTEGER : Number(filter.after);
  if (!Number.isSafeInteger(before)) return { deliveries: [] };
  const conditions = ['position < ?'];
  const values: (string | number)[] = [before];
  const where = (column: string, value: string | undefined): void => {
    if (value === undefined) return;
    conditions.push(`${column} = ?`);
    values.push(value);
  };
  where('state', filter.state);
  where('channel', filter.channel);
  where('incident_id', filter.incidentId);
  const rows = connection.database
    .prepare(`SELECT * FROM delivery WHERE ${conditions.join(' AND ')} ORDER BY position DESC LIMIT ?`)
    .all(...values, limit + 1);
  const deliveries = rows.slice(0, limit).map((row) => toDelivery(row, connection));
  const last = rows.at(limit - 1);
  return rows.length > limit && last !== undefined
    ? { deliveries, next: String(last['position']) }
    : { deliveries };
}
