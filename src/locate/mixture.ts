/** From here on e^log drowns what is added to it, and log itself is exact to the last digits: e^-20 is 2e-9. */
const DROWNS = 20;

/** What a probability is multiplied with in `mixture`: e^log - 1. */
export function oddsOf(log: number): number {
  return Math.expm1(log);
}

/**
 * ln of the Bayes factor of "hot with probability `q`, as usual otherwise", ln(1 - q + q e^log), by the odds of what was
 * seen: `oddsOf(log)`, or a mean of several.
 */
export function mixture(q: number, odds: number): number {
  return Math.log1p(q * odds);
}

/** The same by the logarithm itself, of any size: without overflow. */
export function logMixture(q: number, log: number): number {
  return log > DROWNS ? log + Math.log(q) : mixture(q, oddsOf(log));
}
