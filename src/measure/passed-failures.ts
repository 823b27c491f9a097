import { SpanFlag, SpanKind } from '../domain/span-batch.ts';
import type { Trace } from '../domain/trace.ts';
import { widened } from '../domain/widened.ts';
import { isAsynchronous } from './span-tree.ts';

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
  readonly #counts = new Map<number, PassedCounts>();
  #hasFailedChild = new Uint8Array(64);

  /** `isBehind`: whether a span lies behind a queue. */
  add(trace: Trace, root: number, isBehind: (span: number) => boolean): void {
    const n = trace.spanCount;
    let failures = 0;
    for (let i = 0; i < n; i++) failures += trace.flags[i] & SpanFlag.Error;
    if (failures === 0) return;
    if (n > this.#hasFailedChild.length) this.#hasFailedChild = widened(this.#hasFailedChild, n * 2);
    const hasFailedChild = this.#hasFailedChild.fill(0, 0, n);
    let reachesUser = false;
    for (let i = 0; i < n; i++) {
      if (!hasFailed(trace, i)) continue;
      reachesUser ||= i === root || (trace.service[i] === trace.service[root] && !isCall(trace, i));
      if (trace.parent[i] >= 0 && !isAsynchronous(trace, i)) hasFailedChild[trace.parent[i]] = 1;
    }
    const counted = new Set<number>();
    for (let i = 0; i < n; i++) {
      const service = trace.service[i];
      // The deepest that failed is where it began.
      if (!hasFailed(trace, i) || hasFailedChild[i] === 1 || counted.has(service)) continue;
      counted.add(service);
      this.#count(service, reachesUser || isBehind(i));
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

function hasFailed(trace: Trace, i: number): boolean {
  return (trace.flags[i] & SpanFlag.Error) !== 0;
}

function isCall(trace: Trace, i: number): boolean {
  return trace.kind[i] === SpanKind.Client || trace.kind[i] === SpanKind.Producer;
}
