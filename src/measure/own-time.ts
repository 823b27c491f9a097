import type { Trace } from '../domain/trace.ts';
import { isAsynchronous, isLocalLeaf, type SpanTree } from './span-tree.ts';

/**
 * The time each span spent itself: its duration less the union of its children (overlapping siblings count once,
 * asynchronous children not at all, a child's time beyond its parent's end neither). A local leaf gives way to siblings
 * that call or have children of their own: what lies under both belongs to them.
 *
 * Unlike a span's part of the trace's critical path it depends on nothing outside the span's own subtree and siblings,
 * so its distribution is the operation's own, whatever runs in parallel. Result: microseconds in `ownUs[i]`.
 */
export class OwnTimes {
  ownUs = new Float64Array(256);
  #from = new Float64Array(256);
  #to = new Float64Array(256);
  #before = new Float64Array(256);

  compute(trace: Trace, tree: SpanTree): void {
    const n = trace.spanCount;
    if (n > this.ownUs.length) this.#grow(n * 2);
    for (let i = 0; i < n; i++) this.ownUs[i] = this.#uncovered(trace, tree, i);
    for (let i = 0; i < n; i++) if (tree.childCount(i) > 1) this.#giveWay(trace, tree, i);
  }

  #uncovered(trace: Trace, tree: SpanTree, i: number): number {
    const startUs = trace.startUs[i];
    const endUs = trace.endUs[i];
    let coveredUs = 0;
    let reachedUs = startUs;
    for (let k = tree.first[i]; k < tree.first[i + 1]; k++) {
      const child = tree.children[k];
      if (isAsynchronous(trace, child)) continue;
      const from = Math.max(trace.startUs[child], reachedUs);
      const to = Math.min(trace.endUs[child], endUs);
      if (to <= from) continue;
      coveredUs += to - from;
      reachedUs = to;
    }
    return endUs - startUs - coveredUs;
  }

  #giveWay(trace: Trace, tree: SpanTree, parent: number): void {
    const intervals = this.#collectWaiting(trace, tree, parent);
    if (intervals === 0 || intervals === tree.childCount(parent)) return;
    for (let k = tree.first[parent]; k < tree.first[parent + 1]; k++) {
      const leaf = tree.children[k];
      if (!isLocalLeaf(trace, tree, leaf)) continue;
      const overlap =
        this.#coverage(intervals, trace.endUs[leaf]) - this.#coverage(intervals, trace.startUs[leaf]);
      this.ownUs[leaf] = Math.max(0, this.ownUs[leaf] - overlap);
    }
  }

  /** Merged intervals of the children that call or have children, with the total length before each. */
  #collectWaiting(trace: Trace, tree: SpanTree, parent: number): number {
    let count = 0;
    for (let k = tree.first[parent]; k < tree.first[parent + 1]; k++) {
      const child = tree.children[k];
      if (isLocalLeaf(trace, tree, child) || isAsynchronous(trace, child)) continue;
      const from = trace.startUs[child];
      const to = trace.endUs[child];
      if (count > 0 && from <= this.#to[count - 1]) {
        if (to > this.#to[count - 1]) this.#to[count - 1] = to;
        continue;
      }
      this.#before[count] =
        count === 0 ? 0 : this.#before[count - 1] + this.#to[count - 1] - this.#from[count - 1];
      this.#from[count] = from;
      this.#to[count] = to;
      count++;
    }
    return count;
  }

  /** Length of the merged intervals that lies before `us`. */
  #coverage(count: number, us: number): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#from[middle] < us) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return 0;
    return this.#before[low - 1] + Math.min(us, this.#to[low - 1]) - this.#from[low - 1];
  }

  #grow(n: number): void {
    this.ownUs = new Float64Array(n);
    this.#from = new Float64Array(n);
    this.#to = new Float64Array(n);
    this.#before = new Float64Array(n);
  }
}
