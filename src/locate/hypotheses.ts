import type { ScaleJudgement } from '../detect/port.ts';
import { CAUSES, type Role } from './causes.ts';
import type { UnitIndex } from './unit-index.ts';

/** One component's evidence counts for at most e^30: no single one drowns the picture. */
export const CAP = 30;

/** A suspect with a cause, and how well the two explain what is hot and what is not. */
export interface Hypothesis {
  readonly unit: number;
  /** Index in CAUSES. */
  readonly cause: number;
  /** ln of the Bayes factor of "this one cause" against "as learned". */
  readonly score: number;
}

/**
 * Scores every (suspect, cause) on one scale. Each component in a role that the cause touches is a mixture: hot with
 * the role's probability, cold otherwise,
 *
 *     score = sum over touched components of ln(1 - q + q e^min(logBayes, CAP)),
 *
 * so that a hot component in role adds, a cold one that should be hot takes away, and one with too little evidence does
 * neither. The calls of one parent operation count as one. Components in `leftOut` count for nobody. Best first; ties by unit number.
 */
export function scoreHypotheses(
  units: UnitIndex,
  judgement: ScaleJudgement,
  leftOut: ReadonlySet<number>,
): Hypothesis[] {
  const scores = new Map<number, number>();
  const add = (unit: number, role: Role, odds: number): void => {
    for (let cause = 0; cause < CAUSES.length; cause++) {
      const hot = CAUSES[cause].hot[role];
      if (hot === undefined) continue;
      const key = unit * CAUSES.length + cause;
      scores.set(key, (scores.get(key) ?? 0) + Math.log1p(hot * odds));
    }
  };
  const patterns = new Map<number, Pattern>();
  for (let i = 0; i < judgement.length; i++) {
    const component = judgement.component[i];
    if (leftOut.has(component)) continue;
    const odds = Math.expm1(Math.min(judgement.logBayes[i], CAP));
    for (const { unit, role } of units.touches(component)) {
      if (role === 'calls') addToPattern(patterns, units.parentOf(component), { unit, odds });
      else add(unit, role, odds);
    }
  }
  for (const { unit, odds, calls } of patterns.values()) add(unit, 'calls', odds / calls);
  return [...scores]
    .map(([key, score]) => ({ unit: Math.floor(key / CAUSES.length), cause: key % CAUSES.length, score }))
    .sort((x, y) => y.score - x.score || x.unit - y.unit || x.cause - y.cause);
}

/**
 * The calls of one parent operation are one witness: a request that returns early leaves out all of them at once. Their
 * mean Bayes factor is one again.
 */
interface Pattern {
  readonly unit: number;
  odds: number;
  calls: number;
}

function addToPattern(
  patterns: Map<number, Pattern>,
  parent: number,
  { unit, odds }: { unit: number; odds: number },
): void {
  const pattern = patterns.get(parent);
  if (pattern === undefined) {
    patterns.set(parent, { unit, odds, calls: 1 });
    return;
  }
  pattern.odds += odds;
  pattern.calls++;
}
