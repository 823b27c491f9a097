import { averagePathLength } from 'isolation-forest/dist/iTree.js';
import type { ForestTrees } from './forest-trees.ts';
import { layOut, type PerfectLayout } from './perfect-layout.ts';
import { addPathLengths } from './score-kernel.ts';

/** Rows scored together: their features and sums stay in the nearest cache while the trees pass over them. */
const BLOCK_ROWS = 256;

/** An isolation forest ready to score. Immutable; scoring is pure. */
export class CompiledForest {
  readonly trees: ForestTrees;
  readonly #layout: PerfectLayout;
  readonly #exponentPerLevel: number;

  /** Throws a RangeError when `trees` is not whole. */
  constructor(trees: ForestTrees) {
    this.trees = trees;
    this.#layout = layOut(trees);
    this.#exponentPerLevel = -1 / (trees.treeCount * averagePathLength(trees.sampleSize));
  }

  get featureCount(): number {
    return this.trees.featureCount;
  }

  /**
   * Anomaly scores of `rowCount` rows (row-major, `featureCount` values each) into `out`: 2^(-E(h)/c(sampleSize)),
   * near 1 for rows that are isolated early, about 0.5 and below for ordinary ones (Liu, Ting and Zhou, "Isolation
   * Forest", ICDM 2008). Throws a RangeError when `rows` or `out` is too short.
   */
  score(rows: Float64Array, rowCount: number, out: Float64Array): void {
    const needed = rowCount * this.featureCount;
    if (rows.length < needed)
      throw new RangeError(
        `${rowCount} rows of ${this.featureCount} features need ${needed} values, not ${rows.length}`,
      );
    if (out.length < rowCount) throw new RangeError(`${rowCount} scores do not fit into ${out.length}`);
    for (let from = 0; from < rowCount; from += BLOCK_ROWS) {
      const to = Math.min(rowCount, from + BLOCK_ROWS);
      out.fill(0, from, to);
      addPathLengths(this.#layout, { rows, from, to }, out);
      for (let i = from; i < to; i++) out[i] = 2 ** (out[i] * this.#exponentPerLevel);
    }
  }
}
