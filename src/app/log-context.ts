import type { Incident, IncidentEvent } from '../domain/incident.ts';
import type { WantedTrace } from '../logs/index.ts';
import type { IncidentLogs, TraceLogs } from '../logs/port.ts';
import type { Runtime } from '../runtime/index.ts';
import type { Store } from '../store/index.ts';

export interface LogContextParts {
  readonly store: Pick<Store, 'logs'>;
  /** Never rejects. */
  readonly gather: (wanted: readonly WantedTrace[], signal: AbortSignal) => Promise<readonly TraceLogs[]>;
  /** The first message waits for its lines at most so long. */
  readonly waitMs: number;
  /** Epoch ms of a trace's start, while it is known. */
  readonly startOf: (traceId: string) => number | undefined;
}

/** Lines came after the message that they belong to: people are told. Resolves when that is in the store. */
export type TellLate = (incident: Incident) => Promise<void>;

/** Logs are shipped in batches: seconds for most agents, half a minute for slow ones. */
const AGAIN_AFTER_MS = [4_000, 11_000, 30_000] as const;
/** Incidents that are looked up at the same time, and that wait for it: what is beyond has no lines. */
const MOST_AT_ONCE = 4;
const MOST_WAITING = 200;
/** Around a trace whose time is known: clocks of hosts differ, and a trace lasts minutes at most. */
const BEFORE_TRACE_MS = 60_000;
const AFTER_TRACE_MS = 10 * 60_000;
/** Around the incident where it is not. */
const AROUND_MS = 5 * 60_000;

interface Look {
  incident: Incident;
  attempt: number;
  /** The first message waits: its lines go with it. */
  waits: boolean;
  readonly came: () => void;
  cancel: () => void;
}

/**
 * Log lines of the traces that incidents point at: asked for when an incident opens, for the first message, and some more
 * times, since logs come late. What comes too late for the first message is handed to `tellLate`, once, and only then kept:
 * what is not kept yet is asked for again by the next process, so that a kill in between loses nothing.
 */
export class LogContext {
  readonly #parts: LogContextParts;
  readonly #runtime: Runtime;
  readonly #abort = new AbortController();
  /** Of incidents that are not resolved. */
  readonly #found = new Map<string, IncidentLogs>();
  readonly #looks = new Map<string, Look>();
  readonly #queue: Look[] = [];
  #running = 0;
  tellLate: TellLate = () => Promise.resolve();
  /** Lines of an incident are in the store: its page has more to show. */
  onKept: (incidentId: string) => void = () => undefined;

  constructor(parts: LogContextParts, runtime: Runtime) {
    this.#parts = parts;
    this.#runtime = runtime;
  }

  /** What is known of an incident that is not resolved. */
  of(incidentId: string): IncidentLogs | undefined {
    return this.#found.get(incidentId);
  }

  /**
   * An event happened. For an opening, what it returns resolves when its lines are there, or when they have been waited for
   * long enough; for all others there is nothing to wait for.
   */
  begin(incident: Incident, { type }: IncidentEvent): Promise<void> | undefined {
    const { id } = incident;
    if (type === 'resolved') {
      this.#end(id);
      this.#found.delete(id);
      return undefined;
    }
    const known = this.#looks.get(id);
    if (known !== undefined) known.incident = incident;
    const opens = type === 'opened' || type === 'reopened';
    if (incident.exemplars.length === 0 || this.#abort.signal.aborted) return undefined;
    if (!opens) {
      // What opened without a trace may have one now.
      if (known === undefined && !this.#found.has(id) && type !== 'feedback') this.#look(incident, false);
      return undefined;
    }
    this.#end(id);
    this.#found.delete(id);
    return new Promise((resolve) => {
      const look = this.#look(incident, true, resolve);
      this.#runtime.clock.after(this.#parts.waitMs, () => {
        look.waits = false;
        resolve();
      });
    });
  }

  /** Incidents that an earlier process left open: those without lines are looked up, and people are told what comes. */
  async adopt(open: readonly Incident[]): Promise<void> {
    for (const incident of open) {
      const kept = await this.#parts.store.logs.logs(incident.id);
      const opening = incident.openings.at(-1)?.openedAt ?? incident.openedAt;
      if (kept !== undefined && kept.opening === opening) this.#found.set(incident.id, kept);
      else if (incident.exemplars.length > 0 && !this.#looks.has(incident.id)) this.#look(incident, false);
    }
  }

  /** Nobody waits any more, and nothing more is asked. */
  close(): void {
    this.#abort.abort();
    for (const id of [...this.#looks.keys()]) this.#end(id);
    this.#queue.length = 0;
  }

  #end(id: string): void {
    const look = this.#looks.get(id);
    this.#looks.delete(id);
    look?.cancel();
    look?.came();
  }

  #look(incident: Incident, waits: boolean, came: () => void = () => undefined): Look {
    const look: Look = { incident, attempt: 0, waits, came, cancel: () => undefined };
    if (this.#queue.length >= MOST_WAITING) {
      came();
      return look;
    }
    this.#looks.set(incident.id, look);
    this.#enqueue(look);
    return look;
  }

  #enqueue(look: Look): void {
    this.#queue.push(look);
    this.#next();
  }

  #next(): void {
    while (this.#running < MOST_AT_ONCE) {
      const look = this.#queue.shift();
      if (look === undefined) return;
      this.#running++;
      void this.#attempt(look).finally(() => {
        this.#running--;
        this.#next();
      });
    }
  }

  async #attempt(look: Look): Promise<void> {
    const { id } = look.incident;
    const current = (): boolean => this.#looks.get(id) === look;
    if (!current()) return;
    const traces = await this.#parts.gather(this.#wanted(look.incident), this.#abort.signal);
    if (!current()) return;
    try {
      await this.#take(look, traces);
    } catch (error) {
      this.#runtime.logger.warn({ incident: id, err: error }, 'log lines could not be kept; trying again');
    }
    if (!current()) return;
    const againMs = AGAIN_AFTER_MS.at(look.attempt++);
    if (againMs === undefined || look.attempt > AGAIN_AFTER_MS.length) this.#end(id);
    else look.cancel = this.#runtime.clock.after(againMs, () => this.#enqueue(look));
  }

  async #take(look: Look, traces: readonly TraceLogs[]): Promise<void> {
    const { id, openings, openedAt } = look.incident;
    const known = this.#found.get(id);
    const opening = openings.at(-1)?.openedAt ?? openedAt;
    const logs: IncidentLogs = { at: this.#runtime.clock.now(), opening, traces };
    const last = look.attempt >= AGAIN_AFTER_MS.length;
    if (countOf(logs) <= countOf(known)) {
      // That there are none is known in the end, so that nobody looks again.
      if (last && known === undefined) await this.#parts.store.logs.keep(id, logs);
      return;
    }
    this.#found.set(id, logs);
    if (look.waits) {
      look.waits = false;
      look.came();
    } else if (known === undefined) {
      try {
        await this.tellLate(look.incident);
      } catch (error) {
        this.#found.delete(id);
        throw error;
      }
    }
    await this.#parts.store.logs.keep(id, logs);
    this.onKept(id);
  }

  /** The first exemplar and its typical trace: what the page shows side by side. */
  #wanted({ exemplars, startedAt, openedAt, firing }: Incident): readonly WantedTrace[] {
    const [first] = exemplars;
    if (first === undefined) return [];
    const around = (traceId: string): Pick<WantedTrace, 'fromMs' | 'toMs'> => {
      const startMs = this.#parts.startOf(traceId);
      return startMs === undefined
        ? {
            fromMs: startedAt - AROUND_MS,
            toMs: Math.max(openedAt, firing.at(-1)?.[1] ?? openedAt) + AROUND_MS,
          }
        : { fromMs: startMs - BEFORE_TRACE_MS, toMs: startMs + AFTER_TRACE_MS };
    };
    const { traceId, typicalTraceId } = first;
    return [
      { traceId, role: 'slow', ...around(traceId) },
      ...(typicalTraceId === undefined
        ? []
        : [{ traceId: typicalTraceId, role: 'typical' as const, ...around(typicalTraceId) }]),
    ];
  }
}

function countOf(logs: IncidentLogs | undefined): number {
  return logs?.traces.reduce((sum, { lines }) => sum + lines.length, 0) ?? 0;
}
