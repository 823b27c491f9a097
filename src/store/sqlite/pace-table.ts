import type { ChannelPace } from '../port.ts';
import type { Connection } from './connection.ts';

/** One row a channel. Both are called inside a transaction. */
export interface PaceTable {
  keep(channel: string, pace: ChannelPace): void;
  of(channel: string): ChannelPace | undefined;
}

export function createPaceTable({ database }: Connection): PaceTable {
  const upsert = database.prepare(
    `INSERT INTO channel_pace (channel, full_at, paused_until) VALUES (?, ?, ?)
     ON CONFLICT (channel) DO UPDATE SET full_at = excluded.full_at, paused_until = excluded.paused_until`,
  );
  const select = database.prepare('SELECT full_at, paused_until FROM channel_pace WHERE channel = ?');
  return {
    keep: (channel, { fullAt, pausedUntil }) =>
      void upsert.run(channel, Math.ceil(fullAt), Math.ceil(pausedUntil)),
    of: (channel) => {
      const row = select.get(channel);
      return row && { fullAt: Number(row['full_at']), pausedUntil: Number(row['paused_until']) };
    },
  };
}
