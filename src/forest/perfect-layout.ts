import { averagePathLength } from 'isolation-forest/dist/iTree.js';
import { type ForestTrees, LEAF } from './forest-trees.ts';

/** Deepest tree that is laid out, even: a perfect heap of depth 12 takes 80 KB a tree, and no sample here needs more. */
export const MAX_DEPTH = 12;

/**
 * Trees as perfect binary heaps of one depth, tree after tree. A leaf above the last level is repeated in all places
 * below it, so that scoring takes the same number of steps for every row and needs no branch.
 */
export interface PerfectLayout {
  readonly treeCount: number;
  readonly featureCount: number;
  /** Even: the kernel takes two levels a step. */
  readonly depth: number;
  /** `2^depth - 1` a tree. */
  readonly features: Int32Array;
  /** `2^depth - 1` a tree. */
  readonly thresholds: Float64Array;
  /** `2^depth` a tree: depth of the leaf plus c(rows in it), the package's estimate of the levels not built. */
  readonly pathLengths: Float64Array;
}

/**
 * Throws a RangeError that says what is wrong when the columns of `trees` do not make whole trees within its depth and
 * feature count: they may come from a file.
 */
export function layOut(trees: ForestTrees): PerfectLayout {
  const { treeCount, featureCount, nodes, thresholds, sizes } = trees;
  if (trees.depth > MAX_DEPTH) throw new RangeError(`depth ${trees.depth} is over ${MAX_DEPTH}`);
  const depth = trees.depth + (trees.depth % 2);
  const inner = 2 ** depth - 1;
  const layout: PerfectLayout = {
    treeCount,
    featureCount,
    depth,
    features: new Int32Array(treeCount * inner),
    thresholds: new Float64Array(treeCount * inner),
    pathLengths: new Float64Array(treeCount * (inner + 1)),
  };
  let nextNode = 0;
  let nextThreshold = 0;
  let nextSize = 0;
  // Numbers of a tree's nodes count from 1; below n, rows under the threshold go to 2n + 1, all others to 2n.
  const place = (tree: number, n: number, level: number): void => {
    const feature = nodes[nextNode++];
    if (feature === undefined) throw new RangeError(`the nodes end in the middle of tree ${tree}`);
    if (feature === LEAF) {
      const run = 2 ** (depth - level);
      const first = tree * (inner + 1) + n * run - (inner + 1);
      const size = sizes[nextSize++];
      if (size === undefined) throw new RangeError(`the sizes end in the middle of tree ${tree}`);
      layout.pathLengths.fill(level + averagePathLength(size), first, first + run);
      return;
    }
    if (level >= trees.depth) throw new RangeError(`tree ${tree} is deeper than ${trees.depth}`);
    if (feature < 0 || feature >= featureCount)
      throw new RangeError(`tree ${tree} asks for feature ${feature} of ${featureCount}`);
    const threshold = thresholds[nextThreshold++];
    if (threshold === undefined) throw new RangeError(`the thresholds end in the middle of tree ${tree}`);
    layout.features[tree * inner + n - 1] = feature;
    layout.thresholds[tree * inner + n - 1] = threshold;
    place(tree, 2 * n + 1, level + 1);
    place(tree, 2 * n, level + 1);
  };
  for (let tree = 0; tree < treeCount; tree++) place(tree, 1, 0);
  requireAllUsed('nodes', nodes.length, nextNode);
  requireAllUsed('thresholds', thresholds.length, nextThreshold);
  requireAllUsed('sizes', sizes.length, nextSize);
  return layout;
}

function requireAllUsed(column: string, length: number, used: number): void {
  if (length !== used) throw new RangeError(`${length} ${column} where the trees use ${used}`);
}
