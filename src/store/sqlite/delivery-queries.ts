import type { DeliveryStore, NextDelivery } from '../port.ts';
import { LANE_LIMIT } from '../port.ts';
import type { Connection } from './connection.ts';
import { type Row, toDelivery, UNDONE } from './delivery-row.ts';
import { settle } from './settle.ts';

type Queries = Pick<
  DeliveryStore,
  'nextDelivery' | 'lane' | 'waiting' | 'busyChannels' | 'backlog' | 'status' | 'deliveries'
>;

/** Each is a seek in an index (`head` and `backlog` are kept by triggers), but `deliveries`, which is for people. */
export function deliveryQueries(connection: Connection): Queries {
  const { database } = connection;
  const read = <T>(work: () => T): Promise<Awaited<T>> => settle(() => connection.read(work));
  const deliveriesIn = (rows: Row[]) => rows.map((row) => toDelivery(row, connection));
  const head = database.prepare(
    `SELECT * FROM delivery WHERE channel = ? AND head = 1 AND state = 'pending'
     ORDER BY next_attempt_at, position LIMIT 1`,
  );
  const lane = database.prepare(
    `SELECT * FROM delivery WHERE channel = ? AND incident_id = ? AND ${UNDONE} ORDER BY position LIMIT ${LANE_LIMIT}`,
  );
  const waiting = database.prepare(
    `SELECT * FROM delivery WHERE channel = ? AND state = 'pending' ORDER BY position LIMIT ?`,
  );
  const backlog = database.prepare('SELECT undone FROM backlog WHERE channel = ?');
  const busy = database.prepare('SELECT channel FROM backlog WHERE undone > 0 ORDER BY channel');
  const backlogs = database.prepare('SELECT SUM(undone) AS pending FROM backlog');
  const oldest = database.prepare(`SELECT MIN(enqueued_at) AS oldest FROM delivery WHERE ${UNDONE}`);
  const newest = database.prepare('SELECT * FROM delivery ORDER BY position DESC LIMIT ?');
  const newestOfState = database.prepare(
    'SELECT * FROM delivery WHERE state = ? ORDER BY position DESC LIMIT ?',
  );
  const next = (channel: string, now: number): NextDelivery => {
    const row = head.get(channel);
    if (row === undefined) return { kind: 'none' };
    const at = Number(row['next_attempt_at']);
    return at <= now ? { kind: 'due', delivery: toDelivery(row, connection) } : { kind: 'later', atMs: at };
  };
  return {
    nextDelivery: (channel, now) => read(() => next(channel, now)),
    lane: (channel, incidentId) => read(() => deliveriesIn(lane.all(channel, incidentId))),
    waiting: (channel, limit) => read(() => deliveriesIn(waiting.all(channel, limit))),
    busyChannels: () => read(() => busy.all().map((row) => String(row['channel']))),
    backlog: (channel) => read(() => Number(backlog.get(channel)?.['undone'] ?? 0)),
    status: () =>
      read(() => {
        const pending = Number(backlogs.get()?.['pending'] ?? 0);
        const since = oldest.get()?.['oldest'];
        return typeof since === 'number' ? { pending, oldestEnqueuedAt: since } : { pending };
      }),
    deliveries: ({ state, limit }) =>
      read(() => deliveriesIn(state === undefined ? newest.all(limit) : newestOfState.all(state, limit))),
  };
}
