import { describe, expect, it } from 'vitest';
import { fitForest, fitForestInWorker, forestToJson } from '../../src/forest/index.ts';
import { areaUnderCurve, gaussianRows } from './samples.ts';

const small = {
  rows: gaussianRows({ rowCount: 400, featureCount: 3, seed: 1 }),
  rowCount: 400,
  featureCount: 3,
};

describe('fitting a forest', () => {
  it('finds one outlier in a hundred', () => {
    const [rowCount, featureCount, outliers] = [20_000, 8, 200];
    const rows = gaussianRows({ rowCount, featureCount, outliers, shift: 4, seed: 2 });
    const scores = new Float64Array(rowCount);
    fitForest({ rows, rowCount, featureCount, seed: 3 }).score(rows, rowCount, scores);
    expect(areaUnderCurve(scores, outliers)).toBeGreaterThanOrEqual(0.97);
  });

  it('gives the same forest for the same seed, another for another', () => {
    const [a, b, c] = [7, 7, 8].map((seed) => JSON.stringify(forestToJson(fitForest({ ...small, seed }))));
    expect(a).toBe(b);
    expect(a).not.toBe(c);
  });

  it('leaves Math.random as it was, also when fitting fails', () => {
    const before = Math.random;
    fitForest({ ...small, trees: 1, seed: 1 });
    expect(() =>
      fitForest({ ...small, rows: new Float64Array(3).fill(NaN), rowCount: 2, featureCount: 1, seed: 1 }),
    ).toThrow();
    expect(Math.random).toBe(before);
  });

  it('caps the depth, and the sample at the rows there are', () => {
    const { trees } = fitForest({ ...small, maxDepth: 4, seed: 1 });
    expect(trees).toMatchObject({ depth: 4, sampleSize: 400, treeCount: 100 });
    expect(fitForest({ ...small, rowCount: 5, maxDepth: 8, seed: 1 }).trees).toMatchObject({
      depth: 3,
      sampleSize: 5,
    });
  });

  it('each tree has its own sample: every row of the sample ends in one leaf', () => {
    const { trees } = fitForest({ ...small, trees: 3, sampleSize: 64, seed: 1 });
    expect(trees.sizes.reduce((sum, size) => sum + size, 0)).toBe(3 * 64);
  });

  it('a sample holds no row twice, and every row is as likely', () => {
    const rows = Float64Array.from({ length: 10 }, (_, i) => i);
    const options = { rows, rowCount: 10, featureCount: 1, trees: 500, sampleSize: 3, seed: 1 };
    const { sizes, thresholds } = fitForest(options).trees;
    // Three different values are apart after two splits, two equal ones never are.
    expect(new Set(sizes)).toEqual(new Set([1]));
    const mean = thresholds.reduce((sum, threshold) => sum + threshold, 0) / thresholds.length;
    expect(Math.abs(mean - 4.5)).toBeLessThan(0.3);
  });

  it.each([0, -3, 1e9])('what was %d in all training stands out when it is more', (usual) => {
    const rows = gaussianRows({ rowCount: 2000, featureCount: 4, seed: 4 });
    for (let row = 0; row < 2000; row++) rows[row * 4 + 2] = usual;
    const probes = rows.slice(0, 400 * 4);
    for (let row = 300; row < 400; row++) probes[row * 4 + 2] = usual + 2 * Math.max(1, Math.abs(usual));
    const scores = new Float64Array(400);
    fitForest({ rows, rowCount: 2000, featureCount: 4, seed: 5 }).score(probes, 400, scores);
    expect(areaUnderCurve(scores, 100)).toBeGreaterThan(0.95);
  });

  it('constant rows give equal scores that are numbers', () => {
    const out = new Float64Array(300);
    const rows = new Float64Array(300 * 2).fill(5);
    fitForest({ rows, rowCount: 300, featureCount: 2, seed: 1 }).score(rows, 300, out);
    expect(new Set(out).size).toBe(1);
    expect(out[0]).toBeGreaterThan(0);
  });

  it.each([
    ['one row', { rowCount: 1 }, 'rowCount must be a whole number at least 2, not 1'],
    ['no features', { featureCount: 0 }, 'featureCount must be a whole number at least 1, not 0'],
    ['no trees', { trees: 0 }, 'trees must be a whole number at least 1, not 0'],
    ['a depth too great', { maxDepth: 13 }, 'maxDepth must be a whole number from 1 to 12, not 13'],
    ['rows too short', { rowCount: 401 }, '401 rows of 3 features need 1203 values, not 1200'],
  ])('refuses %s', (_name, change, reason) => {
    expect(() => fitForest({ ...small, ...change, seed: 1 })).toThrow(new RangeError(reason));
  });

  it('refuses a value that is not finite, and says which', () => {
    const rows = small.rows.slice();
    rows[3 * 17 + 2] = NaN;
    expect(() => fitForest({ ...small, rows, seed: 1 })).toThrow('row 17, feature 2 is not finite');
  });
});

describe('fitting in a worker', () => {
  it('gives the forest that fitting here gives, and leaves the rows with the caller', async () => {
    const view = new Float64Array([...small.rows, 1, 2, 3]).subarray(0, small.rows.length);
    const forest = await fitForestInWorker({ ...small, rows: view, seed: 9 });
    expect(forestToJson(forest)).toEqual(forestToJson(fitForest({ ...small, seed: 9 })));
    expect(view.length).toBe(1200);
  });

  it('rejects with the reason when the options are refused', async () => {
    await expect(fitForestInWorker({ ...small, trees: 0, seed: 1 })).rejects.toThrow(
      'trees must be a whole number',
    );
  });
});
