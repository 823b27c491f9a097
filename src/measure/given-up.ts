import { SpanFlag, SpanKind } from '../domain/span-batch.ts';
import type { Trace } from '../domain/trace.ts';
import { isAsynchronous, isCallSpan, type SpanTree } from './span-tree.ts';

/** Calls below calls that are followed: no system is deeper, and a hostile trace costs no more than this a span. */
const MOST_LEVELS = 64;

/**
 * Whether call span `i` ended as failed while its callee went on: a time-out. By durations, which no clock skew touches: an
 * answered call takes longer than its answer took to make.
 */
export function wasGivenUp(trace: Trace, tree: SpanTree, i: number): boolean {
  return unansweredBy(trace, tree, i) >= 0;
}

/**
 * Whose failure a call that was given up is: the time went where the callee's own time is, or in what it waited for most in
 * its turn, and so on down; on the way, when a call lasted twice as long as its callee, it is the call's own. -1 when
 * call span `i` was not given up.
 */
export function culpritOf(
  trace: Trace,
  tree: SpanTree,
  { i, ownUs }: { i: number; ownUs: Float64Array },
): number {
  let span = unansweredBy(trace, tree, i);
  for (let level = 0; span >= 0 && level < MOST_LEVELS; level++) {
    const next = longestOf(trace, tree, span);
    if (next < 0 || ownUs[span] >= durationUs(trace, next)) return span;
    if (isCallSpan(trace, tree, next)) {
      const callee = longestOf(trace, tree, next);
      if (callee < 0 || 2 * durationUs(trace, callee) < durationUs(trace, next)) return next;
      span = callee;
    } else span = next;
  }
  return span;
}

/** The child that a failed call did not wait for. */
function unansweredBy(trace: Trace, tree: SpanTree, i: number): number {
  if ((trace.flags[i] & SpanFlag.Error) === 0 || trace.kind[i] === SpanKind.Producer) return -1;
  if (!isCallSpan(trace, tree, i)) return -1;
  const child = longestOf(trace, tree, i);
  if (child < 0 || (trace.flags[child] & SpanFlag.Error) !== 0) return -1;
  return durationUs(trace, child) > durationUs(trace, i) ? child : -1;
}

function longestOf(trace: Trace, tree: SpanTree, i: number): number {
  let longest = -1;
  for (let k = tree.first[i]; k < tree.first[i + 1]; k++) {
    const child = tree.children[k];
    if (isAsynchronous(trace, child)) continue;
    if (longest < 0 || durationUs(trace, child) > durationUs(trace, longest)) longest = child;
  }
  return longest;
}

function durationUs(trace: Trace, i: number): number {
  return trace.endUs[i] - trace.startUs[i];
}
