import type { DeliveryState } from '../../domain/delivery-state.ts';
import type { Message } from '../../domain/message.ts';
import type { Delivery } from '../port.ts';
import type { Connection } from './connection.ts';

export type Row = Record<string, unknown>;

/** States that are not final, as the partial indexes say it. */
export const UNDONE = `state IN ('pending', 'sending')`;

export function toDelivery(row: Row, connection: Connection): Delivery {
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
