import type { ITree } from 'isolation-forest/dist/iTree.js';

/**
 * Fitted trees without the rows they were fitted on: one tree after the other, nodes in pre-order (node, left subtree,
 * right subtree). The compact form, for files and between threads; the perfect layout is made from it.
 */
export interface ForestTrees {
  readonly treeCount: number;
  readonly featureCount: number;
  /** Levels of splits that no tree exceeds. */
  readonly depth: number;
  /** Rows that each tree was fitted on: what path lengths are normalised by. */
  readonly sampleSize: number;
  /** The feature that an inner node asks for; -1 for a leaf. */
  readonly nodes: readonly number[];
  /** One an inner node, in order: rows below it go left, all others (NaN too) right. */
  readonly thresholds: readonly number[];
  /** One a leaf, in order: rows of the sample that ended there. */
  readonly sizes: readonly number[];
}

export const LEAF = -1;

type TreeNode = ReturnType<ITree['getRootNode']>;

/** Features are named `f0`, `f1`, ... in the package's trees. */
export function flattenTrees(
  trees: readonly ITree[],
  shape: Pick<ForestTrees, 'featureCount' | 'depth' | 'sampleSize'>,
): ForestTrees {
  const nodes: number[] = [];
  const thresholds: number[] = [];
  const sizes: number[] = [];
  const visit = (node: TreeNode): void => {
    if (node.isExternalNode()) {
      nodes.push(LEAF);
      sizes.push(node.size());
      return;
    }
    nodes.push(Number(node.splitAttribute.slice(1)));
    thresholds.push(node.splitValue);
    visit(node.leftChild);
    visit(node.rightChild);
  };
  for (const tree of trees) visit(tree.getRootNode());
  return { ...shape, treeCount: trees.length, nodes, thresholds, sizes };
}
