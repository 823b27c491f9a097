import { ROOT, type Trace } from '../domain/trace.ts';
import { widened } from '../domain/widened.ts';
import type { EntryReach, ReachedEntry } from './port.ts';

/** Entries are few; those beyond this many are not counted. */
const MAX_ENTRIES = 4096;
/** Counts are halved when so many traces of an entry were seen, so that yesterday's routes fade. */
const HALVE_AT = 20_000;

interface Entry {
  readonly operation: number;
  /** Each by its weight: as many as there were before sampling, where that is said. */
  traces: number;
  /** Absent in what older versions stored: as many as there were traces. */
  seen?: number;
  readonly services: Map<number, number>;
}

export interface EntryReachState {
  readonly entries: ReadonlyMap<number, Entry>;
}

/**
 * Counts, for each entry operation, the traces that touch each service; each as often as its sampling says (adjusted count,
 * OpenTelemetry's TraceState probability sampling), or entries that are sampled less would seem to have less traffic.
 */
export class EntryReachCounter implements EntryReach {
  readonly #entries = new Map<number, Entry>();
  /** Service number to the number of the trace that counted it last: a set that needs no clearing. */
  #seenBy = new Int32Array(256);
  #serial = 0;

  add(trace: Trace): void {
    const root = rootOf(trace);
    if (root < 0) return;
    const entry = this.#entry(trace.operation[root]);
    if (entry === undefined) return;
    this.#serial++;
    const weight = trace.weight[root];
    entry.traces += weight;
    entry.seen = (entry.seen ?? entry.traces - weight) + 1;
    for (let i = 0; i < trace.spanCount; i++) {
      const service = trace.service[i];
      if (service >= this.#seenBy.length) this.#grow(service);
      if (this.#seenBy[service] === this.#serial) continue;
      this.#seenBy[service] = this.#serial;
      entry.services.set(service, (entry.services.get(service) ?? 0) + weight);
    }
    if (entry.seen >= HALVE_AT) halve(entry);
  }

  reach(services: readonly number[]): readonly ReachedEntry[] {
    return [...this.#entries.values()].map((entry) => {
      const touched = Math.max(0, ...services.map((service) => entry.services.get(service) ?? 0));
      const { operation, traces, seen = traces } = entry;
      return { operation, traces, part: Math.min(1, touched / traces), weight: traces / seen };
    });
  }

  snapshot(): EntryReachState {
    return { entries: this.#entries };
  }

  restore({ entries }: EntryReachState): void {
    this.#entries.clear();
    for (const [operation, entry] of entries) this.#entries.set(operation, entry);
  }

  #entry(operation: number): Entry | undefined {
    const known = this.#entries.get(operation);
    if (known !== undefined || this.#entries.size >= MAX_ENTRIES) return known;
    const entry: Entry = { operation, traces: 0, seen: 0, services: new Map() };
    this.#entries.set(operation, entry);
    return entry;
  }

  #grow(service: number): void {
    this.#seenBy = widened(this.#seenBy, service * 2);
  }
}

/** The first root of a trace, or -1 for a fragment. */
export function rootOf(trace: Trace): number {
  for (let i = 0; i < trace.spanCount; i++) if (trace.parent[i] === ROOT) return i;
  return -1;
}

function halve(entry: Entry): void {
  entry.traces /= 2;
  entry.seen = (entry.seen ?? 0) / 2;
  for (const [service, count] of entry.services) entry.services.set(service, count / 2);
}
