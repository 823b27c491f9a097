import type { DeliveryState } from '../../domain/delivery-state.ts';
import type { Decision, NewDecision } from '../port.ts';
import type { Connection } from './connection.ts';
import { settle } from './settle.ts';

/** A flapping incident of a week on ten channels; the rest is in the log. */
const MAX_LISTED = 2000;

export interface DecisionTable {
  /** Inside the transaction of what was decided about. */
  insert(decisions: readonly NewDecision[], nowMs: number): void;
  decisions(incidentId: string): Promise<readonly Decision[]>;
}

export function createDecisionTable(connection: Connection): DecisionTable {
  const { database } = connection;
  const insert = database.prepare(
    `INSERT INTO decision (incident_id, message_id, channel, at, event, outcome, reason) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (message_id, channel) DO NOTHING`,
  );
  const ofIncident = database.prepare(
    `SELECT d.*, m.state AS state, m.attempts AS attempts, m.reason AS end FROM decision d
     LEFT JOIN delivery m ON m.id = d.message_id || '/' || d.channel
     WHERE d.incident_id = ? ORDER BY d.position LIMIT ${MAX_LISTED}`,
  );
  return {
    insert: (decisions, now) => {
      for (const { incidentId, messageId, channel, event, outcome, reason } of decisions)
        insert.run(incidentId, messageId, channel, now, event, outcome, reason);
    },
    decisions: (incidentId) =>
      settle(() => connection.read(() => ofIncident.all(incidentId).map((row) => decisionIn(row)))),
  };
}

function decisionIn(row: Record<string, unknown>): Decision {
  const text = (column: string): string => String(row[column]);
  const { state, end } = row;
  return {
    at: Number(row['at']),
    incidentId: text('incident_id'),
    messageId: text('message_id'),
    channel: text('channel'),
    event: text('event'),
    outcome: text('outcome') as Decision['outcome'],
    reason: text('reason'),
    ...(typeof state === 'string' && {
      delivery: {
        state: state as DeliveryState,
        attempts: Number(row['attempts']),
        ...(typeof end === 'string' && { reason: end }),
      },
    }),
  };
}
