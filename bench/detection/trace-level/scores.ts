/** Area under the ROC curve by ranks (Mann and Whitney), ties at their mean rank. */
export function areaUnderCurve(scores: Float64Array, isPositive: (row: number) => boolean): number {
  const order = Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b]);
  let positives = 0;
  let rankSum = 0;
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && scores[order[to]] === scores[order[from]]) to++;
    for (let i = from; i < to; i++) {
      if (!isPositive(order[i])) continue;
      positives++;
      rankSum += (from + to + 1) / 2;
    }
    from = to;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (order.length - positives));
}

export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Scores above the cut are called anomalous. */
export function confusionOf(
  scores: Float64Array,
  cut: number,
  isPositive: (row: number) => boolean,
): Confusion {
  let truePositives = 0;
  let falsePositives = 0;
  let falseNegatives = 0;
  scores.forEach((score, row) => {
    if (isPositive(row)) {
      if (score > cut) truePositives++;
      else falseNegatives++;
    } else if (score > cut) falsePositives++;
  });
  return {
    truePositives,
    falsePositives,
    falseNegatives,
    precision: truePositives / (truePositives + falsePositives),
    recall: truePositives / (truePositives + falseNegatives),
    f1: (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives),
  };
}
