import type { ScaleJudgement } from '../detect/port.ts';
import { CAUSES, type Role } from './causes.ts';
import { mixture, oddsOf } from './mixture.ts';
import type { UnitIndex } from './unit-index.ts';

/** One component's evidence counts for at most e^30: no single one drowns the picture. */
export const CAP = 30;
/**
 * What is left of one component's evidence after the mixtures of `scoreHypotheses` is less by ln 10 (the least probability
 * of a role), ln 2 (the whole service or one operation) and ln 20 (operations of a service): by six, rounded up to eight.
 */
const MIXTURES_TAKE = 8;

/**
 * The cap where incidents open at `cut`. A young model of a large system has a cut near 30: evidence capped there would
 * never open an incident by itself, however clear, as a call that is no longer made shows it (one component, nothing else).
 */
export function capAt(cut: number): number {
  return Math.max(CAP, cut + MIXTURES_TAKE);
}

/** A suspect with a cause, and how well the two explain what is hot and what is not. */
export interface Hypothesis {
  readonly unit: number;
  /** Index in CAUSES. */
  readonly cause: number;
  /** ln of the Bayes factor of "this one cause" against "as learned". */
  readonly score: number;
}

/** What one operation of a service may do alone; everything else about a service is common to its operations. */
const OF_ONE_OPERATION: ReadonlySet<Role> = new Set(['self', 'errors', 'calls']);
/** The causes that may be one operation's alone: a change of code, or its failures. */
const MAY_BE_ONE: readonly boolean[] = CAUSES.map(({ name }) => name === 'code' || name === 'errors');

/** The cause that those who take messages have alone. */
const MESSAGES_WAIT = CAUSES.findIndex(({ name }) => name === 'queue');

/**
 * Scores every (suspect, cause) on one scale. Each component in a role that the cause touches is a mixture: hot with
 * the role's probability, cold otherwise,
 *
 *     score = sum over touched components of ln(1 - q + q e^min(logBayes, cap)),
 *
 * so that a hot component in role adds, a cold one that should be hot takes away, and one with too little evidence does
 * neither. The calls of one parent operation count as one, and so do those of a service. Code and failures may be those of the whole service or of one
 * of its m operations, which says nothing of the others: ln(1/2 e^whole + 1/2 mean over operations of e^score), so that a
 * service of sixty operations is not acquitted by fifty-nine. So may a network delay what a service answers, or is asked, and
 * nothing else of it. Components in `leftOut` count for nobody. Best first; ties
 * by unit number.
 */
export function scoreHypotheses(
  units: UnitIndex,
  judgement: ScaleJudgement,
  leftOut: ReadonlySet<number>,
  cap: number,
): Hypothesis[] {
  const scores = new Scores();
  const patterns = new Map<number, Pattern>();
  for (let i = 0; i < judgement.length; i++) {
    const component = judgement.component[i];
    if (leftOut.has(component)) continue;
    const odds = oddsOf(Math.min(judgement.logBayes[i], cap));
    for (const { unit, role } of units.touches(component)) {
      if (role === 'calls')
        addToPattern(patterns, units.parentOf(component), {
          unit,
          odds: oddsOf(Math.min(judgement.logBayes[i], 2 * cap)),
        });
      else scores.add({ unit, role, operation: units.parentOf(component) }, odds);
    }
  }
  const parents = new Map<number, Pattern>();
  for (const [operation, { unit, odds: sum, calls }] of patterns) {
    // Capped as one witness: what all of its calls say together, not what is left of one after the mean.
    const odds = Math.min(sum, calls * oddsOf(cap));
    scores.addOfOne({ unit, role: 'calls', operation }, odds / calls);
    addToPattern(parents, unit, { unit, odds: odds / calls });
  }
  for (const [unit, { odds, calls }] of parents) scores.addOfWhole({ unit, role: 'calls' }, odds / calls);
  return scores.all().sort((x, y) => y.score - x.score || x.unit - y.unit || x.cause - y.cause);
}

/** Sums by (suspect, cause), and by operation, or for one role, where the cause may be that one's alone. */
class Scores {
  readonly #whole = new Map<number, number>();
  readonly #alone = new Map<number, number>();
  readonly #one = new Map<number, Map<number, number>>();
  /** Units that messages wait for: of nobody else are they the cause. */
  readonly #consumers = new Set<number>();

  add(touch: { unit: number; role: Role; operation: number }, odds: number): void {
    this.addOfWhole(touch, odds);
    if (touch.role === 'queueIn') this.#consumers.add(touch.unit);
    if (OF_ONE_OPERATION.has(touch.role)) this.addOfOne(touch, odds);
  }

  addOfWhole({ unit, role }: { unit: number; role: Role }, odds: number): void {
    for (let cause = 0; cause < CAUSES.length; cause++) {
      const hot = CAUSES[cause].hot[role];
      if (hot === undefined) continue;
      const key = unit * CAUSES.length + cause;
      const log = mixture(hot, odds);
      this.#whole.set(key, (this.#whole.get(key) ?? 0) + log);
      if (CAUSES[cause].alone === role) this.#alone.set(key, (this.#alone.get(key) ?? 0) + log);
    }
  }

  addOfOne({ unit, role, operation }: { unit: number; role: Role; operation: number }, odds: number): void {
    for (let cause = 0; cause < CAUSES.length; cause++) {
      const hot = CAUSES[cause].hot[role];
      if (hot === undefined || !MAY_BE_ONE[cause]) continue;
      const key = unit * CAUSES.length + cause;
      let one = this.#one.get(key);
      if (one === undefined) this.#one.set(key, (one = new Map<number, number>()));
      one.set(operation, (one.get(operation) ?? 0) + mixture(hot, odds));
    }
  }

  all(): Hypothesis[] {
    const hypotheses = [...this.#whole].map(([key, whole]) => {
      const ones = this.#one.get(key);
      const one = ones === undefined ? this.#alone.get(key) : logMean([...ones.values()]);
      const score = one === undefined ? whole : logMean([whole, one]);
      return { unit: Math.floor(key / CAUSES.length), cause: key % CAUSES.length, score };
    });
    return hypotheses.filter(({ unit, cause }) => cause !== MESSAGES_WAIT || this.#consumers.has(unit));
  }
}

/** ln of the mean of e^x. */
function logMean(logs: readonly number[]): number {
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0) / logs.length);
}

/**
 * The calls of one parent operation are one witness: a request that returns early leaves out all of them at once. So are
 * the parents of one service: what returns early in one of them takes another path in the next. Their mean Bayes factor
 * is one again.
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
