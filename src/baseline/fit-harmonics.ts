import type { Hour } from './hour-sums.ts';
import { basisAt, HARMONICS } from './season.ts';

/** What chance alone keeps of a harmonic: one in so many is above 0. */
const CHANCE = 0.01;
/**
 * A wander has no more power at half a day than at a day, and at most four times less (a random walk's spectrum falls with the square
 * of the frequency): of the mean over both, the error of the first is at most 8/5, that of the second at most 1.
 */
const ERROR_OF_MEAN = [8 / 5, 1];
const COLUMNS = HARMONICS + 1;

/**
 * Two daily harmonics by weighted least squares, each day for itself, then their mean over `days`, each harmonic shrunk by
 *
 *     max(0, 1 - f E / P),   P = (a^2 + b^2) / 2,   E = variance of the coefficients from day to day / days
 *
 * P / E without a rhythm is Fisher's F with 2 and 4 (days - 1) degrees of freedom; f is its 99th percentile, in closed form for 2.
 */
export function fitHarmonics(days: readonly (readonly Hour[])[]): Float64Array {
  const fits = days.map((day) => leastSquares(day));
  const mean = new Float64Array(HARMONICS);
  let scatter = 0;
  for (let i = 0; i < HARMONICS; i++) {
    for (const fit of fits) mean[i] += fit[i] / fits.length;
    for (const fit of fits) scatter += (fit[i] - mean[i]) ** 2;
  }
  const freedom = HARMONICS * (fits.length - 1);
  const f = (freedom / 2) * (CHANCE ** (-2 / freedom) - 1);
  ERROR_OF_MEAN.forEach((part, harmonic) => {
    const [a, b] = [2 * harmonic, 2 * harmonic + 1];
    const power = (mean[a] ** 2 + mean[b] ** 2) / 2;
    const error = (part * scatter) / freedom / fits.length;
    const kept = power > 0 ? Math.max(0, 1 - (f * error) / power) : 0;
    mean[a] *= kept;
    mean[b] *= kept;
  });
  return mean;
}

/** Coefficients of the harmonics beside a constant: normal equations, by elimination (they are positive definite). */
function leastSquares(day: readonly Hour[]): Float64Array {
  const rows = Array.from({ length: COLUMNS }, () => new Float64Array(COLUMNS + 1));
  const basis = new Float64Array(HARMONICS);
  const x = new Float64Array(COLUMNS);
  for (const { hour, off, variance } of day) {
    basisAt(hour + 0.5, basis);
    x.set(basis);
    x[HARMONICS] = 1;
    for (let i = 0; i < COLUMNS; i++) {
      for (let j = 0; j < COLUMNS; j++) rows[i][j] += (x[i] * x[j]) / variance;
      rows[i][COLUMNS] += (x[i] * off) / variance;
    }
  }
  for (let i = 0; i < COLUMNS; i++) {
    for (let other = 0; other < COLUMNS; other++) {
      if (other === i) continue;
      const by = rows[other][i] / rows[i][i];
      for (let j = i; j <= COLUMNS; j++) rows[other][j] -= by * rows[i][j];
    }
  }
  return Float64Array.from({ length: HARMONICS }, (_, i) => rows[i][COLUMNS] / rows[i][i]);
}
