import { type Logger, destination, pino } from 'pino';

export type { Logger } from 'pino';

/**
 * Levels by what on-call means by them: `error` needs a person, `warn` will if it stays, `info` is what happened,
 * `debug` is for us. Logs go to standard error, so that standard output stays the command's own.
 */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination({ dest: 2, sync: true }),
  );
}

export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
