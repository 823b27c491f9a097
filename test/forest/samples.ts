import { createRandom } from '../../src/runtime/index.ts';

/** Standard normal rows; the last `outliers` of them shifted by `shift` in a random half of the features. */
export function gaussianRows(options: {
  readonly rowCount: number;
  readonly featureCount: number;
  readonly outliers?: number;
  readonly shift?: number;
  readonly seed: number;
}): Float64Array {
  const { rowCount, featureCount, outliers = 0, shift = 0, seed } = options;
  const random = createRandom(seed);
  const rows = new Float64Array(rowCount * featureCount);
  for (let i = 0; i < rows.length; i++) {
    // Box and Muller 1958.
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const outlying = i >= (rowCount - outliers) * featureCount && random() < 0.5;
    rows[i] = outlying ? normal + shift : normal;
  }
  return rows;
}

/** Area under the ROC curve by ranks (Mann and Whitney); the last `positives` scores are the positives. */
export function areaUnderCurve(scores: Float64Array, positives: number): number {
  const negatives = scores.length - positives;
  const order = Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b]);
  let rankSum = 0;
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && scores[order[to]] === scores[order[from]]) to++;
    const meanRank = (from + 1 + to) / 2;
    for (let i = from; i < to; i++) if (order[i] >= negatives) rankSum += meanRank;
    from = to;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
