export interface PullConfig {
  readonly name: string;
  /** Cron, by the minute, UTC. */
  readonly schedule: string;
  /** Without a cursor: `latest`, or an RFC 3339 time. */
  readonly startAt: string;
  /** RFC 3339: nothing is read from there on. */
  readonly stopAt?: string;
  /** So much of what was read is read again at each poll, for spans that came late. */
  readonly overlapMs: number;
  /** Spans younger than this are left for the next poll: they may still be on their way. */
  readonly settleMs: number;
  readonly maxSliceMs: number;
}
