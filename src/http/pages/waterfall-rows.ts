import type { KeptTrace } from '../../traces/port.ts';
import { flat, lengthOf, pair, type SpanNode, treeOf } from './waterfall-tree.ts';

export type Mark =
  /** Its own time is a large part of what the slow trace takes longer. */
  | 'excess'
  /** Only in this one of the two traces. */
  | 'alone'
  | 'none';

export interface Row {
  /** As shown: a call and its answering side are one row. */
  readonly depth: number;
  readonly node: SpanNode;
  readonly mark: Mark;
  /** Longer than the one at the same place of the other trace, microseconds; absent without one. */
  readonly excessUs?: number;
  /** What of it is its own doing. */
  readonly ownExcessUs: number;
  /** Spans below it that are not shown. */
  folded: number;
}

export interface Waterfall {
  readonly rows: readonly Row[];
  readonly lengthUs: number;
  /** Spans that the trace had beyond those that were kept. */
  readonly omitted: number;
}

export interface Comparison {
  readonly slow: Waterfall | undefined;
  readonly typical: Waterfall | undefined;
  /** What both are drawn to. */
  readonly scaleUs: number;
  /** Whether rows were folded that `all` would show. */
  readonly folded: boolean;
}

/** A span is marked when its own time is a tenth of all that got longer, and a person would notice it. */
const MARKED_SHARE = 0.1;
const NOTICED_US = 1000;
/** Spans shorter than this part of the scale are folded; more of it when there are still too many rows. */
const SHORT_PARTS = [0.02, 0.05, 0.1, 0.2, 0.4];
const MOST_ROWS = 24;

/** Two traces beside each other: to one scale, with what differs marked and what does not matter folded. */
export function compare(
  slow: KeptTrace | undefined,
  typical: KeptTrace | undefined,
  { all }: { readonly all: boolean },
): Comparison {
  const trees = [slow, typical].map((trace) => (trace === undefined ? undefined : treeOf(trace)));
  const [left, right] = trees;
  if (left !== undefined && right !== undefined) pair(left, right);
  const scaleUs = Math.max(1, ...trees.map((tree) => (tree === undefined ? 0 : lengthOf(tree))));
  const both = left !== undefined && right !== undefined;
  const drawn = [
    waterfall(slow, left, { both, isSlow: true, scaleUs, all }),
    waterfall(typical, right, { both, isSlow: false, scaleUs, all }),
  ];
  return {
    slow: drawn[0],
    typical: drawn[1],
    scaleUs,
    folded: drawn.some((one) => one?.rows.some(({ folded }) => folded > 0) === true),
  };
}

interface Drawing {
  readonly both: boolean;
  readonly isSlow: boolean;
  readonly scaleUs: number;
  readonly all: boolean;
}

function waterfall(
  trace: KeptTrace | undefined,
  tree: SpanNode[] | undefined,
  drawing: Drawing,
): Waterfall | undefined {
  if (trace === undefined || tree === undefined) return undefined;
  const mark = marker(tree, drawing);
  const { all, scaleUs } = drawing;
  const fold = (part: number): Row[] =>
    rowsOf(tree, {
      mark,
      isLong: (node) => all || node.depth === 0 || node.span.durationUs >= part * scaleUs,
      all,
    });
  let rows = fold(SHORT_PARTS[0]);
  for (const part of SHORT_PARTS.slice(1)) if (rows.length > MOST_ROWS) rows = fold(part);
  return { rows, lengthUs: lengthOf(tree), omitted: trace.omitted };
}

function marker(tree: readonly SpanNode[], { both, isSlow }: Drawing): (node: SpanNode) => Row {
  const ownExcess = (node: SpanNode): number =>
    both && isSlow ? node.selfUs - (node.other?.selfUs ?? 0) : 0;
  const longer = flat(tree).reduce((sum, node) => sum + Math.max(0, ownExcess(node)), 0);
  const least = Math.max(NOTICED_US, longer * MARKED_SHARE);
  return (node) => {
    const ownExcessUs = Math.max(0, ownExcess(node));
    const alone = both && node.other === undefined;
    const mark: Mark = ownExcessUs >= least ? 'excess' : alone ? 'alone' : 'none';
    const excessUs =
      node.other === undefined ? {} : { excessUs: node.span.durationUs - node.other.span.durationUs };
    return { node, depth: node.depth, mark, ownExcessUs, folded: 0, ...excessUs };
  };
}

/** Parents of what is shown are shown; what is not is counted at its parent. */
function rowsOf(
  tree: readonly SpanNode[],
  { mark, isLong, all }: { mark: (node: SpanNode) => Row; isLong: (node: SpanNode) => boolean; all: boolean },
): Row[] {
  const matters = (node: SpanNode): boolean =>
    isLong(node) || node.span.failed || mark(node).mark !== 'none' || node.children.some(matters);
  const walk = (node: SpanNode, depth: number): Row[] => {
    const row = { ...mark(node), depth };
    const shown = node.children.filter(matters);
    for (const child of node.children) if (!shown.includes(child)) row.folded += flat([child]).length;
    if (!all && shown.length === 1 && isPassage(node, row.mark)) return walk(shown[0], depth);
    return [row, ...shown.flatMap((child) => walk(child, depth + 1))];
  };
  return tree.filter(matters).flatMap((node) => walk(node, 0));
}

/** The calling side of a call that says no more than its answering side. */
const MOST_OF_IT = 0.8;

function isPassage({ span, children }: SpanNode, mark: Mark): boolean {
  const [child] = children;
  return (
    children.length === 1 &&
    mark === 'none' &&
    !span.failed &&
    (span.kind === 'client' || span.kind === 'producer') &&
    child.span.durationUs >= MOST_OF_IT * span.durationUs
  );
}
