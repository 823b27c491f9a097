import { SCALES } from '../domain/scales.ts';
import { WINDOW_MS } from '../domain/summary.ts';

const WINDOWS_A_WEEK = (7 * 24 * 3_600_000) / WINDOW_MS;
/** A model learned from fewer hours says that it is calibrating: no day was seen whole. */
export const SETTLED_HOURS = 24;

/** Steps of the search for the cut; each brings it nearer by a factor of ten. */
const STEPS = 12;

/**
 * The cut on a cause's log Bayes factor at which an incident opens: n tests a week, each of which exceeds x under calm
 * with a probability of at most p(x) whatever the number of traces, give at most n p(x) false openings,
 *
 *     p(cut) = falseAlertsPerWeek / (windows a week * scales * hypotheses)
 *
 * That neighbouring windows and scales overlap errs on the quiet side. What the tails of real traffic add is in the
 * baselines' inflation, and in what `ScoreTail` learns; how little a young model knows is in its evidence (`levelVariance`).
 */
export function openingCut(options: { perWeek: number; hypotheses: number }): number {
  const tests = WINDOWS_A_WEEK * SCALES * Math.max(1, options.hypotheses);
  const wanted = Math.log(options.perWeek / tests);
  let cut = Math.max(0, -wanted);
  for (let step = 0; step < STEPS; step++) cut = Math.max(0, -wanted + cut + logExceedance(cut));
  return cut;
}

/**
 * ln of the largest probability, over all standard errors, with which the log Bayes factor of `logBayesFactor` exceeds x
 * under calm. With z standard normal, ln B > x is z > sqrt(2 (x + L) / r), L = -ln(1 - r) / 2, and the tail of z is at most
 * exp(-z^2 / 2) / (z sqrt(2 pi)) (Mills' ratio; Gordon 1941): less than Markov's e^-x by some five nats.
 */
export function logExceedance(x: number): number {
  // The least (x + L) / r lies where r / (1 - r) / 2 = x + L: by halving, in u = -ln(1 - r).
  let low = 1e-3;
  let high = 40;
  for (let step = 0; step < 40; step++) {
    const u = (low + high) / 2;
    if (Math.expm1(u) / 2 < x + u / 2) low = u;
    else high = u;
  }
  const halfSquare = (x + low / 2) / -Math.expm1(-low);
  return -halfSquare - Math.max(0, Math.log(4 * Math.PI * halfSquare) / 2);
}

/** False openings that the budget allows in `ms` of event time. */
export function expectedFalse(perWeek: number, ms: number): number {
  return (perWeek * ms) / (7 * 24 * 3_600_000);
}
