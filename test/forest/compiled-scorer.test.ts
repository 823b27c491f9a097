import * as fc from 'fast-check';
import { IsolationForest } from 'isolation-forest';
import { ITree } from 'isolation-forest/dist/iTree.js';
import { describe, expect, it } from 'vitest';
import { CompiledForest } from '../../src/forest/compiled-forest.ts';
import { flattenTrees } from '../../src/forest/forest-trees.ts';
import { withSeededGlobalRandom } from '../../src/forest/seeded-global-random.ts';
import { gaussianRows } from './samples.ts';

const FEATURES = 5;

function packageRows(rows: Float64Array): Record<string, number>[] {
  return Array.from({ length: rows.length / FEATURES }, (_, row) =>
    Object.fromEntries(Array.from({ length: FEATURES }, (_, f) => [`f${f}`, rows[row * FEATURES + f]])),
  );
}

/** The package's own forest of the same trees: what `predict` makes of them is what ours must make. */
function packageForest(trees: ITree[], sampleSize: number): IsolationForest {
  const forest = new IsolationForest(trees.length, sampleSize);
  forest.trees = trees;
  return forest;
}

function growTrees(rows: Float64Array, depth: number, seed: number): ITree[] {
  return withSeededGlobalRandom(seed, () =>
    Array.from({ length: 20 }, () => new ITree(packageRows(rows), depth)),
  );
}

function score(forest: CompiledForest, rows: Float64Array): Float64Array {
  const out = new Float64Array(rows.length / FEATURES).fill(NaN);
  forest.score(rows, out.length, out);
  return out;
}

describe('the compiled scorer', () => {
  it.each([
    ['at the depth that the package itself would take', 10],
    ['with the depth capped', 8],
    ['with stumps', 1],
  ])("gives the package's own scores for the same trees, %s", (_name, depth) => {
    const sample = gaussianRows({ rowCount: 1024, featureCount: FEATURES, seed: 1 });
    const trees = growTrees(sample, depth, 2);
    const probes = gaussianRows({ rowCount: 777, featureCount: FEATURES, outliers: 100, shift: 4, seed: 3 });
    const forest = new CompiledForest(
      flattenTrees(trees, { featureCount: FEATURES, depth, sampleSize: 1024 }),
    );
    const expected = packageForest(trees, 1024).predict(packageRows(probes));
    const scores = score(forest, probes);
    for (let i = 0; i < expected.length; i++) expect(Math.abs(scores[i] - expected[i])).toBeLessThan(1e-12);
  });

  it('sends ties, NaN and infinities where the package sends them', () => {
    // Few distinct values, so that rows meet thresholds exactly and constant features make empty sides.
    const value = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.constantFrom(NaN, Infinity, -Infinity, -0));
    const sample = Float64Array.from({ length: 60 * FEATURES }, (_, i) =>
      i % FEATURES === 0 ? 1 : (i * 7) % 3,
    );
    const trees = growTrees(sample, 6, 4);
    const forest = new CompiledForest(
      flattenTrees(trees, { featureCount: FEATURES, depth: 6, sampleSize: 60 }),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: FEATURES, maxLength: FEATURES }), (row) => {
        const [expected] = packageForest(trees, 60).predict(packageRows(Float64Array.from(row)));
        return Math.abs(score(forest, Float64Array.from(row))[0] - expected) < 1e-12;
      }),
    );
  });

  it('scores a row the same alone, in a block, and across blocks', () => {
    const rows = gaussianRows({ rowCount: 600, featureCount: FEATURES, seed: 5 });
    const forest = new CompiledForest(
      flattenTrees(growTrees(rows, 8, 6), { featureCount: FEATURES, depth: 8, sampleSize: 600 }),
    );
    const together = score(forest, rows);
    for (const row of [0, 7, 8, 255, 256, 599]) {
      const alone = score(forest, rows.slice(row * FEATURES, (row + 1) * FEATURES));
      expect(together[row]).toBe(alone[0]);
    }
  });

  it('refuses rows or room that are too short', () => {
    const rows = gaussianRows({ rowCount: 10, featureCount: FEATURES, seed: 7 });
    const forest = new CompiledForest(
      flattenTrees(growTrees(rows, 3, 8), { featureCount: FEATURES, depth: 3, sampleSize: 10 }),
    );
    expect(() => forest.score(rows, 11, new Float64Array(11))).toThrow(
      '11 rows of 5 features need 55 values, not 50',
    );
    expect(() => forest.score(rows, 10, new Float64Array(9))).toThrow('10 scores do not fit into 9');
  });
});
