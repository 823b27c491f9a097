import type { Feedback } from '../../domain/feedback.ts';
import type { FeedbackStore } from '../port.ts';
import type { Connection } from './connection.ts';
import { settle } from './settle.ts';

/** More than people say in a quarter. */
const MAX_LISTED = 1000;

export function createFeedbackTable(connection: Connection): FeedbackStore {
  const { database } = connection;
  const upsert = database.prepare(
    `INSERT INTO feedback (id, at, expires_at, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET at = excluded.at, expires_at = excluded.expires_at, body = excluded.body`,
  );
  const all = database.prepare(`SELECT body FROM feedback ORDER BY at DESC, id DESC LIMIT ${MAX_LISTED}`);
  return {
    save: (feedback) =>
      settle(() =>
        connection.durably(
          () =>
            void upsert.run(
              feedback.id,
              // Event time has fractions of a millisecond.
              Math.floor(feedback.at),
              Math.floor(feedback.expiresAt),
              JSON.stringify(feedback),
            ),
        ),
      ),
    list: () =>
      settle(() =>
        connection.read(() => all.all().map((row) => connection.parse(row['body']) as unknown as Feedback)),
      ),
  };
}
