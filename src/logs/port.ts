/** Lines of one trace are asked for by time and by every way in which its id may be written. */
export interface LogQuery {
  /** Each of hex digits alone; at least one. */
  readonly ids: readonly string[];
  /** Epoch ms, [fromMs, toMs). */
  readonly fromMs: number;
  readonly toMs: number;
  /** Lines at most, oldest first. */
  readonly limit: number;
}

/** A line as a store of logs gives it: as long as it likes, with whatever people log. */
export interface RawLogLine {
  readonly atMs: number;
  readonly text: string;
  readonly level: string;
  readonly service: string;
}

export type LogOutcome =
  | {
      readonly kind: 'lines';
      readonly lines: readonly RawLogLine[];
      /** There are more than the limit. */
      readonly more: boolean;
    }
  /** One line for people, without secrets or addresses' secrets. */
  | { readonly kind: 'failed'; readonly reason: string };

/** A store of logs. `read` resolves, whatever happens; an aborted signal ends it as `failed`. */
export interface LogReader {
  readonly name: string;
  read(query: LogQuery, signal: AbortSignal): Promise<LogOutcome>;
  /** What answers there, for `check --connect`. */
  describe(signal: AbortSignal): Promise<{ readonly found: string; readonly problem?: string }>;
  close(): Promise<void>;
}

/** A line as it is kept: redacted, printable, one line, cut. Still untrusted text. */
export interface LogLine {
  readonly atMs: number;
  readonly text: string;
  /** `error`, `warn`, `info`, `debug`; empty when it says none of them. */
  readonly level: string;
  readonly service: string;
}

export interface TraceLogs {
  readonly traceId: string;
  readonly role: 'slow' | 'typical';
  /** Oldest first. */
  readonly lines: readonly LogLine[];
  readonly more: boolean;
}

/** What was found for an incident's traces, when it was found. */
export interface IncidentLogs {
  /** Epoch ms. */
  readonly at: number;
  /** `openedAt` of the opening that they belong to. */
  readonly opening: number;
  readonly traces: readonly TraceLogs[];
}

/** Kept beside an incident, pruned with it. */
export interface IncidentLogBook {
  /** Takes the place of what was kept of it. */
  keep(incidentId: string, logs: IncidentLogs): Promise<void>;
  logs(incidentId: string): Promise<IncidentLogs | undefined>;
}
