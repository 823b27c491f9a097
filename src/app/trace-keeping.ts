import type { Incident, IncidentEvent } from '../domain/incident.ts';
import type { Runtime } from '../runtime/index.ts';
import type { TraceStore } from '../store/index.ts';
import type { RecentTraces } from '../traces/index.ts';

/**
 * When an incident's exemplars change, their whole traces go from the ring of recent ones to the store. They are read at
 * once, since the ring moves on, and written behind. One that the ring does not have (after a restart, or under a flood)
 * is not kept, and its page says so; a write that fails is logged, and tried again with the next change.
 */
export class TraceKeeping {
  readonly #recent: RecentTraces;
  readonly #store: TraceStore;
  readonly #runtime: Runtime;
  /** Traces written, by incident that is not resolved. */
  readonly #written = new Map<string, Set<string>>();
  #tail: Promise<void> = Promise.resolve();

  constructor(recent: RecentTraces, store: TraceStore, runtime: Runtime) {
    this.#recent = recent;
    this.#store = store;
    this.#runtime = runtime;
  }

  keep(incident: Incident, event: IncidentEvent): void {
    if (event.type === 'resolved') this.#written.delete(incident.id);
    if (!('exemplars' in event)) return;
    const written = this.#written.get(incident.id) ?? new Set<string>();
    this.#written.set(incident.id, written);
    const wanted = event.exemplars.filter(
      ({ traceId, typicalTraceId }) =>
        !written.has(traceId) || (typicalTraceId !== undefined && !written.has(typicalTraceId)),
    );
    if (wanted.length === 0) return;
    const traces = this.#recent.of({ exemplars: wanted }).filter(({ traceId }) => !written.has(traceId));
    if (traces.length === 0) return;
    for (const { traceId } of traces) written.add(traceId);
    this.#tail = this.#tail.then(() => this.#write(incident.id, written, traces));
  }

  /** Resolves when everything is written, or was given up. */
  close(): Promise<void> {
    return this.#tail;
  }

  async #write(
    incidentId: string,
    written: Set<string>,
    traces: Parameters<TraceStore['keep']>[1],
  ): Promise<void> {
    try {
      await this.#store.keep(incidentId, traces);
    } catch (error) {
      for (const { traceId } of traces) written.delete(traceId);
      this.#runtime.logger.warn(
        { incident: incidentId, err: error },
        'traces of an incident were not kept: its page shows none',
      );
    }
  }
}
