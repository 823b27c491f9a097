import { type Config, revealLogs } from '../config/index.ts';
import {
  createElasticsearchLogs,
  createLokiLogs,
  createRedact,
  gatherLogs,
  type WantedTrace,
} from '../logs/index.ts';
import type { LogReader, TraceLogs } from '../logs/port.ts';
import type { Runtime } from '../runtime/index.ts';

type LogsConfig = Config['logs'];

/** A configured store of logs. */
export function logReader(source: LogsConfig['sources'][number], timeoutMs: number): LogReader {
  const revealed = revealLogs(source);
  return revealed.type === 'loki'
    ? createLokiLogs(revealed)
    : createElasticsearchLogs({ ...revealed, timeoutMs });
}

export interface LogStores {
  gather(wanted: readonly WantedTrace[], signal: AbortSignal): Promise<readonly TraceLogs[]>;
  close(): Promise<void>;
}

/** All of them as one that can be asked; undefined when there is none. */
export function openLogStores(logs: LogsConfig, runtime: Runtime): LogStores | undefined {
  if (logs.sources.length === 0) return undefined;
  const { limit, timeoutMs } = logs;
  const readers = logs.sources.map((source) => logReader(source, timeoutMs));
  const redact = createRedact({ standard: logs.redactStandard, more: logs.redact });
  const queries = runtime.metrics.counter(
    'spanwatch_log_queries_total',
    'Queries for the log lines of a trace, by store of logs and what they gave.',
    ['store', 'outcome'],
  );
  const failing = new Map<string, string>();
  const onAnswer = (store: string, outcome: 'lines' | 'none' | 'failed', reason?: string): void => {
    queries.inc({ store, outcome });
    // Said once, not with each incident.
    if (reason === failing.get(store)) return;
    if (reason === undefined) {
      failing.delete(store);
      runtime.logger.info({ store }, 'the store of logs answers again');
    } else {
      failing.set(store, reason);
      runtime.logger.warn({ store, reason }, 'no log lines from there');
    }
  };
  return {
    gather: (wanted, signal) => gatherLogs(wanted, { readers, redact, limit, timeoutMs, onAnswer }, signal),
    close: async () => {
      await Promise.all(readers.map((reader) => reader.close()));
    },
  };
}
