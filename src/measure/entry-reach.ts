import type { ComponentTable } from '../domain/component-table.ts';
import type { Measurements } from '../domain/measurement.ts';
import { ROOT, type Trace } from '../domain/trace.ts';
import { isAsynchronous } from './span-tree.ts';
import { widened } from '../domain/widened.ts';
import { PassedFailures, type PassedCounts } from './passed-failures.ts';
import type { EntryReach, ReachedEntry } from './port.ts';

/** Entries are few; those beyond this many are not counted. */
const MAX_ENTRIES = 4096;
/** Counts are halved when so many traces of an entry were seen, so that yesterday's routes fade. */
const HALVE_AT = 20_000;

/** Which spans are asked for, and what a span is marked as. */
const ANY = 0;
const WAITED_FOR = 1;
const BEHIND = 2;

interface Entry {
  readonly operation: number;
  /** Each by its weight: as many as there were before sampling, where that is said. */
  traces: number;
  /** Absent in what older versions stored: as many as there were traces. */
  seen?: number;
  readonly services: Map<number, number>;
  /** Those of them in which nobody waits for the service: all its spans lie behind a queue. Absent in what older versions stored. */
  later?: Map<number, number>;
}

export interface EntryReachState {
  readonly entries: ReadonlyMap<number, Entry>;
  /** By service. Absent in what older versions stored. */
  readonly failures?: ReadonlyMap<number, PassedCounts>;
}

/**
 * Counts, for each entry operation, the traces that touch each service; each as often as its sampling says (adjusted count,
 * OpenTelemetry's TraceState probability sampling), or entries that are sampled less would seem to have less traffic.
 */
export class EntryReachCounter implements EntryReach {
  readonly #entries = new Map<number, Entry>();
  readonly #failures: PassedFailures;
  /** Service number to the number of the trace that counted it last: a set that needs no clearing. */
  #seenBy = new Int32Array(256);
  #serial = 0;
  /** Of the trace at hand, by span. */
  #mark = new Uint8Array(64);

  constructor(table: ComponentTable) {
    this.#failures = new PassedFailures(table);
  }

  /** `measurements` of the trace say what failed in it; nothing is counted of failures without them. */
  add(trace: Trace, measurements?: Measurements): void {
    const root = rootOf(trace);
    if (root < 0) return;
    const entry = this.#entry(trace.operation[root]);
    if (entry === undefined) return;
    this.#serial++;
    const weight = trace.weight[root];
    entry.traces += weight;
    entry.seen = (entry.seen ?? entry.traces - weight) + 1;
    this.#touch(trace, entry.services, weight, ANY);
    const hasQueue = hasAsynchronous(trace);
    if (hasQueue) this.#markBehind(trace);
    if (measurements !== undefined) {
      const isBehind = (span: number): boolean => hasQueue && this.#mark[span] === BEHIND;
      this.#failures.add(trace, measurements, { root, isBehind });
    }
    if (hasQueue) {
      // Those that somebody waits for first, so that what is left is behind a queue in all its spans.
      this.#serial++;
      this.#touch(trace, undefined, weight, WAITED_FOR);
      this.#touch(trace, (entry.later ??= new Map()), weight, ANY);
    }
    if (entry.seen >= HALVE_AT) halve(entry);
  }

  /** Counts each service of the spans asked for that was not counted under this serial number; into nothing: only remembers it. */
  #touch(
    trace: Trace,
    counts: Map<number, number> | undefined,
    weight: number,
    asked: typeof ANY | typeof WAITED_FOR,
  ): void {
    for (let i = 0; i < trace.spanCount; i++) {
      const service = trace.service[i];
      if (service >= this.#seenBy.length) this.#grow(service);
      if (this.#seenBy[service] === this.#serial || (asked === WAITED_FOR && this.#mark[i] !== asked))
        continue;
      this.#seenBy[service] = this.#serial;
      counts?.set(service, (counts.get(service) ?? 0) + weight);
    }
  }

  /** Marks each span WAITED_FOR, or BEHIND where it, or what it was made for, is not; each is looked at twice at most. */
  #markBehind(trace: Trace): void {
    const n = trace.spanCount;
    if (n > this.#mark.length) this.#mark = widened(this.#mark, n * 2);
    const mark = this.#mark.fill(0, 0, n);
    for (let i = 0; i < n; i++) {
      let top = i;
      for (; top >= 0 && mark[top] === 0 && !isAsynchronous(trace, top); top = trace.parent[top])
        mark[top] = WAITED_FOR;
      if (top < 0 || mark[top] === WAITED_FOR) continue;
      mark[top] = BEHIND;
      for (let at = i; at !== top; at = trace.parent[at]) mark[at] = BEHIND;
    }
  }

  reach(services: readonly number[]): readonly ReachedEntry[] {
    return [...this.#entries.values()].map((entry) => {
      const { operation, traces, seen = traces, later } = entry;
      const touched = (service: number): number => entry.services.get(service) ?? 0;
      const most = (of: (service: number) => number): number =>
        Math.min(1, Math.max(0, ...services.map(of)) / traces);
      return {
        ...{ operation, traces, weight: traces / seen, part: most(touched) },
        waiting: most((service) => touched(service) - (later?.get(service) ?? 0)),
      };
    });
  }

  passedOn(service: number): number {
    return this.#failures.part(service);
  }

  snapshot(): EntryReachState {
    return { entries: this.#entries, failures: this.#failures.snapshot() };
  }

  restore({ entries, failures = new Map() }: EntryReachState): void {
    this.#failures.restore(failures);
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

function hasAsynchronous(trace: Trace): boolean {
  for (let i = 0; i < trace.spanCount; i++) if (isAsynchronous(trace, i)) return true;
  return false;
}

function halve(entry: Entry): void {
  entry.traces /= 2;
  entry.seen = (entry.seen ?? 0) / 2;
  for (const counts of [entry.services, entry.later ?? new Map<number, number>()])
    for (const [service, count] of counts) counts.set(service, count / 2);
}
