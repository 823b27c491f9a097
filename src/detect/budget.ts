import { SCALES } from '../domain/scales.ts';
import { WINDOW_MS } from '../domain/summary.ts';

const WINDOWS_A_WEEK = (7 * 24 * 3_600_000) / WINDOW_MS;
/** A model learned from this many hours is as strict as its theory asks; a younger one is stricter. */
export const SETTLED_HOURS = 24;
/** How much stricter a model of no hours at all is. */
const YOUNG_FACTOR = 1.25;

/**
 * The cut on a cause's log Bayes factor at which an incident opens. A Bayes factor exceeds e^x under calm with a
 * probability of at most e^-x (Markov), so n tests a week give at most n e^-x false openings:
 *
 *     cut = ln(windows a week * scales * hypotheses / falseAlertsPerWeek)
 *
 * times a factor for a young model, whose spreads are uncertain. The bound ignores that neighbouring windows and scales
 * overlap, which errs on the quiet side; what the tails of real traffic add is in the baselines' inflation.
 */
export function openingCut(options: { perWeek: number; hypotheses: number; learnedHours: number }): number {
  const tests = WINDOWS_A_WEEK * SCALES * Math.max(1, options.hypotheses);
  const young = Math.max(0, 1 - options.learnedHours / SETTLED_HOURS);
  return Math.log(tests / options.perWeek) * (1 + (YOUNG_FACTOR - 1) * young);
}

/** False openings that the budget allows in `ms` of event time. */
export function expectedFalse(perWeek: number, ms: number): number {
  return (perWeek * ms) / (7 * 24 * 3_600_000);
}
