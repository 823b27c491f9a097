import type { PerfectLayout } from './perfect-layout.ts';

export interface RowRange {
  /** Row-major. */
  readonly rows: Float64Array;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/**
 * Adds each row's path lengths over all trees to `sums[row]`, for the rows of `range`.
 * Hot path: eight rows walk a tree side by side, so that their memory reads overlap, and `+(a < b)` compiles without a
 * branch (bench/forest.ts has the figures).
 */
export function addPathLengths(forest: PerfectLayout, range: RowRange, sums: Float64Array): void {
  const { rows } = range;
  const { treeCount, featureCount: width, depth, features, thresholds, pathLengths } = forest;
  const inner = (1 << depth) - 1;
  const whole = range.from + ((range.to - range.from) & ~7);
  for (let tree = 0; tree < treeCount; tree++) {
    // Node n of a tree stands at base + n with n counted from 1, children at 2n and 2n + 1.
    const base = tree * inner - 1;
    const leaves = tree * (inner + 1) - (inner + 1);
    for (let row = range.from; row < whole; row += 8) {
      const r0 = row * width;
      const r1 = r0 + width;
      const r2 = r1 + width;
      const r3 = r2 + width;
      const r4 = r3 + width;
      const r5 = r4 + width;
      const r6 = r5 + width;
      const r7 = r6 + width;
      let n0 = 1;
      let n1 = 1;
      let n2 = 1;
      let n3 = 1;
      let n4 = 1;
      let n5 = 1;
      let n6 = 1;
      let n7 = 1;
      for (let level = 0; level < depth; level++) {
        n0 = n0 + n0 + 1 - +(rows[r0 + features[base + n0]] < thresholds[base + n0]);
        n1 = n1 + n1 + 1 - +(rows[r1 + features[base + n1]] < thresholds[base + n1]);
        n2 = n2 + n2 + 1 - +(rows[r2 + features[base + n2]] < thresholds[base + n2]);
        n3 = n3 + n3 + 1 - +(rows[r3 + features[base + n3]] < thresholds[base + n3]);
        n4 = n4 + n4 + 1 - +(rows[r4 + features[base + n4]] < thresholds[base + n4]);
        n5 = n5 + n5 + 1 - +(rows[r5 + features[base + n5]] < thresholds[base + n5]);
        n6 = n6 + n6 + 1 - +(rows[r6 + features[base + n6]] < thresholds[base + n6]);
        n7 = n7 + n7 + 1 - +(rows[r7 + features[base + n7]] < thresholds[base + n7]);
      }
      sums[row] += pathLengths[leaves + n0];
      sums[row + 1] += pathLengths[leaves + n1];
      sums[row + 2] += pathLengths[leaves + n2];
      sums[row + 3] += pathLengths[leaves + n3];
      sums[row + 4] += pathLengths[leaves + n4];
      sums[row + 5] += pathLengths[leaves + n5];
      sums[row + 6] += pathLengths[leaves + n6];
      sums[row + 7] += pathLengths[leaves + n7];
    }
    for (let row = whole; row < range.to; row++) {
      const r = row * width;
      let n = 1;
      for (let level = 0; level < depth; level++)
        n = n + n + 1 - +(rows[r + features[base + n]] < thresholds[base + n]);
      sums[row] += pathLengths[leaves + n];
    }
  }
}
