import { SpanFlag, SpanKind } from '../domain/span-batch.ts';
import { ORPHAN, type Trace } from '../domain/trace.ts';

/**
 * The children of each span, ordered by start, in compressed rows: `children[first[i] .. first[i + 1])`. Scratch that
 * is used again for the next trace.
 */
export class SpanTree {
  first = new Int32Array(257);
  children = new Int32Array(256);
  /** Spans by start. */
  order = new Int32Array(256);
  /** Spans whose parent is not there. */
  orphans = 0;
  #fill = new Int32Array(256);

  build(trace: Trace): void {
    const n = trace.spanCount;
    if (n > this.order.length) this.#grow(n * 2);
    sortByStart(this.order, trace, n);
    const first = this.first.fill(0, 0, n + 1);
    this.orphans = 0;
    for (let i = 0; i < n; i++) {
      const parent = trace.parent[i];
      if (parent >= 0) first[parent + 1]++;
      else if (parent === ORPHAN) this.orphans++;
    }
    for (let i = 0; i < n; i++) first[i + 1] += first[i];
    this.#fill.set(first.subarray(0, n));
    for (let k = 0; k < n; k++) {
      const i = this.order[k];
      const parent = trace.parent[i];
      if (parent >= 0) this.children[this.#fill[parent]++] = i;
    }
  }

  childCount(i: number): number {
    return this.first[i + 1] - this.first[i];
  }

  #grow(n: number): void {
    this.first = new Int32Array(n + 1);
    this.children = new Int32Array(n);
    this.order = new Int32Array(n);
    this.#fill = new Int32Array(n);
  }
}

/**
 * Not waited for: a consumer behind a queue, what another service does under a PRODUCER span, a span that says it follows
 * another; and where neither side says its kind, what another service began after its parent had ended and lasted longer
 * than that, which no offset between two clocks makes of an answered call.
 */
export function isAsynchronous(trace: Trace, i: number): boolean {
  const { kind, parent: parents } = trace;
  if (kind[i] === SpanKind.Consumer || (trace.flags[i] & SpanFlag.FollowsFrom) !== 0) return true;
  const parent = parents[i];
  if (parent < 0 || trace.service[parent] === trace.service[i]) return false;
  if (kind[parent] === SpanKind.Producer) return true;
  if (!isUntold(kind[i]) || !isUntold(kind[parent]) || (trace.flags[parent] & SpanFlag.Error) !== 0)
    return false;
  const { startUs, endUs } = trace;
  return startUs[i] >= endUs[parent] && endUs[i] - startUs[i] > endUs[parent] - startUs[parent];
}

function isUntold(kind: number): boolean {
  return kind === SpanKind.Unspecified || kind === SpanKind.Internal;
}

/** Spans that a caller makes around a call: by kind, or by having one child, in another service. */
export function isCallSpan(trace: Trace, tree: SpanTree, i: number): boolean {
  const kind = trace.kind[i];
  if (kind === SpanKind.Client || kind === SpanKind.Producer) return true;
  if (kind === SpanKind.Server || kind === SpanKind.Consumer || tree.childCount(i) !== 1) return false;
  return trace.service[tree.children[tree.first[i]]] !== trace.service[i];
}

/**
 * A leaf of its parent's own service that is no call: it can only wait by waiting for a sibling (frameworks draw such
 * spans around the sibling that does the calling).
 */
export function isLocalLeaf(trace: Trace, tree: SpanTree, i: number): boolean {
  const kind = trace.kind[i];
  if (tree.childCount(i) !== 0 || kind === SpanKind.Client || kind === SpanKind.Producer) return false;
  const parent = trace.parent[i];
  return parent >= 0 && trace.service[parent] === trace.service[i];
}

function sortByStart(order: Int32Array, trace: Trace, n: number): void {
  const start = trace.startUs;
  for (let i = 0; i < n; i++) order[i] = i;
  if (n > 256) {
    order.subarray(0, n).sort((x, y) => start[x] - start[y] || x - y);
    return;
  }
  for (let i = 1; i < n; i++) {
    const span = order[i];
    const at = start[span];
    let k = i - 1;
    while (k >= 0 && start[order[k]] > at) {
      order[k + 1] = order[k];
      k--;
    }
    order[k + 1] = span;
  }
}
