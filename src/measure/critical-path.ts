import type { Trace } from '../domain/trace.ts';
import type { SpanTree } from './span-tree.ts';
import { isAsynchronous, isLocalLeaf } from './span-tree.ts';

/** A stretch of the root's time during which `span` (local index) was what everybody waited for. */
export interface PathSection {
  readonly span: number;
  readonly fromUs: number;
  readonly toUs: number;
}

interface Stretch {
  readonly span: number;
  readonly fromUs: number;
  readonly toUs: number;
  /** The stretch is the span's own: nothing below it is looked at. */
  readonly own: boolean;
}

/**
 * Divides the time of `root` over the spans that it waited for: every instant belongs to exactly one, last section
 * first. Backwards from the end, the child that ended last is what its parent waited for (Yang and Miller, "Critical
 * path analysis for the execution of parallel and distributed programs", ICDCS 1988; as CRISP applies it to traces,
 * USENIX ATC 2022); asynchronous children are not waited for; a local leaf yields to siblings that call.
 */
export function criticalPath(trace: Trace, tree: SpanTree, root: number): PathSection[] {
  const sections: PathSection[] = [];
  const pending: Stretch[] = [
    { span: root, fromUs: trace.startUs[root], toUs: trace.endUs[root], own: false },
  ];
  for (let stretch = pending.pop(); stretch !== undefined; stretch = pending.pop()) {
    if (stretch.toUs <= stretch.fromUs) continue;
    if (stretch.own || tree.childCount(stretch.span) === 0) append(sections, stretch);
    else pending.push(...divide(trace, tree, stretch).reverse());
  }
  return sections;
}

/** The stretch as its own time and its children's, latest first. */
function divide(trace: Trace, tree: SpanTree, stretch: Stretch): Stretch[] {
  const children = Array.from(tree.children.subarray(tree.first[stretch.span], tree.first[stretch.span + 1]))
    .filter((child) => !isAsynchronous(trace, child))
    .sort((a, b) => trace.endUs[b] - trace.endUs[a] || a - b);
  const waiting = children.filter((child) => !isLocalLeaf(trace, tree, child));
  const leaves = children.filter((child) => isLocalLeaf(trace, tree, child));
  return sweep(trace, waiting, { ...stretch, own: true }).flatMap((part) =>
    part.own ? sweep(trace, leaves, part) : [part],
  );
}

/** `children` (by end, latest first) take what they cover of `gap`; the rest stays the gap's. Latest first. */
function sweep(trace: Trace, children: readonly number[], gap: Stretch): Stretch[] {
  const parts: Stretch[] = [];
  let toUs = gap.toUs;
  for (const child of children) {
    const fromUs = Math.max(trace.startUs[child], gap.fromUs);
    const endUs = Math.min(trace.endUs[child], toUs);
    if (fromUs >= endUs) continue;
    if (endUs < toUs) parts.push({ ...gap, fromUs: endUs, toUs });
    parts.push({ span: child, fromUs, toUs: endUs, own: false });
    toUs = fromUs;
  }
  if (toUs > gap.fromUs) parts.push({ ...gap, toUs });
  return parts;
}

function append(sections: PathSection[], { span, fromUs, toUs }: Stretch): void {
  const last = sections.at(-1);
  if (last?.span === span && last.fromUs === toUs) sections[sections.length - 1] = { ...last, fromUs };
  else sections.push({ span, fromUs, toUs });
}
