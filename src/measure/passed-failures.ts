import { type ComponentTable, KindCode } from '../domain/component-table.ts';
import type { Measurements } from '../domain/measurement.ts';
import { SpanFlag, SpanKind } from '../domain/span-batch.ts';
import type { Trace } from '../domain/trace.ts';

/** About so many failures of a service are remembered, the newest most: what an outage does is known after its first few. */
const MEMORY = 32;
/** Fewer failures than this say nothing of whether callers can do without. */
const FEWEST = 3;

export interface PassedCounts {
  failed: number;
  passed: number;
}

/**
 * Of the traces in which a service failed, the part in which the failure got through to whoever asked: the root failed,
 * or something of the root's own service did that is no call (a GraphQL resolver fails under a root that answers 200). The rest is
 * answered without it: a fallback, or something optional. What fails behind a queue has nobody to answer for it, and counts
 * as passed on.
 */
export class PassedFailures {
  readonly #table: ComponentTable;
  readonly #counts = new Map<number, PassedCounts>();

  constructor(table: ComponentTable) {
    this.#table = table;
  }

  /** Of a trace and its measurements, which say where failures began. `isBehind`: whether a span lies behind a queue. */
  add(
    trace: Trace,
    measurements: Measurements,
    { root, isBehind }: { root: number; isBehind: (span: number) => boolean },
  ): void {
    if (!hasFailure(trace)) return;
    const isPassed = reachesUser(trace, root);
    const counted = new Set<number>();
    for (let row = 0; row < measurements.length; row++) {
      const component = measurements.component[row];
      if (this.#table.kind[component] !== KindCode.error || measurements.value[row] <= 0) continue;
      const service = this.#table.names.serviceOf(this.#table.a[component]);
      if (counted.has(service)) continue;
      counted.add(service);
      this.#count(service, isPassed || isBehind(measurements.span[row]));
    }
  }

  /** 0..1; 1 while too few failures of the service were seen. */
  part(service: number): number {
    const { failed, passed } = this.#counts.get(service) ?? { failed: 0, passed: 0 };
    return failed < FEWEST ? 1 : passed / failed;
  }

  snapshot(): ReadonlyMap<number, PassedCounts> {
    return this.#counts;
  }

  restore(counts: ReadonlyMap<number, PassedCounts>): void {
    this.#counts.clear();
    for (const [service, one] of counts) this.#counts.set(service, { ...one });
  }

  #count(service: number, isPassed: boolean): void {
    let counts = this.#counts.get(service);
    if (counts === undefined) this.#counts.set(service, (counts = { failed: 0, passed: 0 }));
    const keep = 1 - 1 / MEMORY;
    counts.failed = counts.failed * keep + 1;
    counts.passed = counts.passed * keep + (isPassed ? 1 : 0);
  }
}

function hasFailure(trace: Trace): boolean {
  for (let i = 0; i < trace.spanCount; i++) if ((trace.flags[i] & SpanFlag.Error) !== 0) return true;
  return false;
}

function reachesUser(trace: Trace, root: number): boolean {
  for (let i = 0; i < trace.spanCount; i++) {
    if ((trace.flags[i] & SpanFlag.Error) === 0) continue;
    if (i === root || (trace.service[i] === trace.service[root] && !isCall(trace, i))) return true;
  }
  return false;
}

function isCall(trace: Trace, i: number): boolean {
  return trace.kind[i] === SpanKind.Client || trace.kind[i] === SpanKind.Producer;
}
