/** One-sided 10%: asked again every two minutes, a steady level passes soon, a trend does not for long. */
const TREND_Z = 1.2816;
/** Part of the shift that it may still have grown by while it was watched, whatever the test says. */
const MOST_GROWTH = 0.25;

/**
 * Whether values in order of time have stopped moving away from `level`: no trend in that direction by Mann and Kendall's
 * test (Mann, Econometrica 1945; Kendall 1975), and less than a quarter of the shift grown in the meantime by Theil and
 * Sen's slope (Sen, JASA 1968). Neither asks for a law of the noise. A trend back towards `level` is not steady either.
 */
export function isSteady(values: readonly number[], level: number): boolean {
  const n = values.length;
  let concordance = 0;
  const slopes: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      concordance += Math.sign(values[j] - values[i]);
      slopes.push((values[j] - values[i]) / (j - i));
    }
  }
  const deviation = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  if ((Math.abs(concordance) - 1) / deviation > TREND_Z) return false;
  const shift = Math.abs(median(values) - level);
  return Math.abs(median(slopes)) * (n - 1) <= MOST_GROWTH * shift;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
