import type { KeptSpan, KeptTrace } from '../../traces/port.ts';

/** A span in its tree, compared with the one at the same place of another trace. */
export interface SpanNode {
  readonly span: KeptSpan;
  readonly depth: number;
  readonly children: SpanNode[];
  /** Time that no child covers, microseconds. */
  readonly selfUs: number;
  /** The span of the other trace at the same place of the tree, if there is one. */
  other?: SpanNode;
}

/** Deeper trees are of no use on a screen, and a hostile one must not be walked for ever. */
const MOST_DEPTH = 60;

/** Roots first by start; spans whose parent is not there are roots. Cycles lose their last link. */
export function treeOf(trace: KeptTrace): SpanNode[] {
  const ids = new Set(trace.spans.map(({ spanId }) => spanId));
  const childrenOf = new Map<string, KeptSpan[]>();
  const roots: KeptSpan[] = [];
  for (const span of trace.spans) {
    if (span.parentId === '' || span.parentId === span.spanId || !ids.has(span.parentId)) roots.push(span);
    else childrenOf.set(span.parentId, [...(childrenOf.get(span.parentId) ?? []), span]);
  }
  const seen = new Set<KeptSpan>();
  const nodeOf = (span: KeptSpan, depth: number): SpanNode => {
    seen.add(span);
    const below = depth >= MOST_DEPTH ? [] : (childrenOf.get(span.spanId) ?? []);
    const children = below.filter((child) => !seen.has(child)).map((child) => nodeOf(child, depth + 1));
    return { span, depth, children, selfUs: selfTime(span, children) };
  };
  return roots.map((root) => nodeOf(root, 0));
}

function selfTime(span: KeptSpan, children: readonly SpanNode[]): number {
  const endUs = span.startUs + span.durationUs;
  let covered = 0;
  let to = span.startUs;
  for (const { span: child } of children.toSorted((a, b) => a.span.startUs - b.span.startUs)) {
    const from = Math.max(to, child.startUs);
    const end = Math.min(endUs, child.startUs + child.durationUs);
    if (end <= from) continue;
    covered += end - from;
    to = end;
  }
  return Math.max(0, span.durationUs - covered);
}

/** Ties spans at the same place of the two trees: the same names from the root on, the first to the first. */
export function pair(left: readonly SpanNode[], right: readonly SpanNode[]): void {
  const waiting = new Map<string, SpanNode[]>();
  for (const node of right) waiting.set(nameOf(node), [...(waiting.get(nameOf(node)) ?? []), node]);
  for (const node of left) {
    const other = waiting.get(nameOf(node))?.shift();
    if (other === undefined) continue;
    node.other = other;
    other.other = node;
    pair(node.children, other.children);
  }
}

function nameOf({ span }: SpanNode): string {
  return [span.service, span.operation, span.kind, span.peer ?? ''].join('\u0000');
}

/** All nodes, parents before children. */
export function flat(nodes: readonly SpanNode[]): SpanNode[] {
  return nodes.flatMap((node) => [node, ...flat(node.children)]);
}

/** From the first start to the last end. */
export function lengthOf(nodes: readonly SpanNode[]): number {
  return Math.max(0, ...flat(nodes).map(({ span }) => span.startUs + span.durationUs));
}
