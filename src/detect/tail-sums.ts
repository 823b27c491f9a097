import type { Tail } from '../baseline/port.ts';
import { LONGEST_SCALE } from '../domain/scales.ts';
import type { TailStretch } from './port.ts';
import { logBeta } from './tail-bayes.ts';

/** One request in two hundred more than usual: fewer nobody notices. */
export const LEAST_TAIL = 0.005;
/** The excess looked for: half as much again. */
const EXCESS = 1.5 * LEAST_TAIL;
/** What one window may say, about as much as one request: a hiccup holds up many at once. */
const MOST_A_WINDOW = 4;
/** Beyond this nothing is decided any more. */
const MOST = 40;
/** It has ended when the usual part explains what came of late so much better than the stretch's own does. */
const ENDED = 6;
/** Where clearly more are hurt two minutes show it, and say better how it goes on: one in twenty. */
const MOST_PART = 0.05;
/** Numbers kept a level. */
const WIDTH = 5;
/** The tail, and what lies beyond everything that was learned. */
const LEVELS = 2;

export interface TailSumsState {
  readonly sums: Float64Array;
  readonly last: Float64Array;
}

/** A window's traces, and those of them in the tail and beyond everything that was learned. */
export interface TailCounts {
  /** Its start / WINDOW_MS. */
  readonly window: number;
  readonly traces: number;
  readonly exceeded: number;
  readonly beyond: number;
}

/**
 * Requests in the tail, added up over as long as they last. A stretch of x hits of n traces has the log Bayes factor
 *
 *     L(x, n) = ln p1^x (1 - p1)^(n - x)  -  ln [ Beta(x + a, n - x + b) / Beta(a, b) ],   p1 = usual + EXCESS
 *
 * and S <- max(0, S + min(c, L(x', n') - L(x, n))) begins a new stretch at 0 (Page, Biometrika 1954). e^L is a
 * martingale under calm, the learned part being uncertain as the beta law says, so that a stretch reaches h with a probability of at
 * most e^-h (Ville's inequality), and h is reached after e^h windows on average at the least (Lorden 1971): S is as strong as a log
 * Bayes factor. Of what lies beyond all n0 learned values, a = 1, b = n0 holds whatever their law: the next one is the largest of
 * n0 + 1 with the probability 1 / (n0 + 1) (Wilks, Annals of Mathematical Statistics 1942).
 */
export class TailSums {
  /** By component and level: S, L, hits, traces, and what speaks for its end. */
  #sums = new Float64Array(0);
  /** The newest window of each component. */
  #last = new Float64Array(0);

  add(component: number, counts: TailCounts, tail: Tail): void {
    if (component >= this.#last.length) this.#grow(component);
    // What lies before a time of silence says nothing of what is after it.
    if (counts.window - this.#last[component] > LONGEST_SCALE) this.forget(component);
    this.#last[component] = counts.window;
    const at = component * LEVELS * WIDTH;
    this.#add(at, counts.exceeded, counts.traces, nearOf(tail));
    this.#add(at + WIDTH, counts.beyond, counts.traces, farOf(tail));
    if (atLeast(this.#sums[at + 2], tail.clump) > MOST_PART * this.#sums[at + 3]) this.forget(component);
  }

  /** Nothing of late counts any more. */
  forget(component: number): void {
    this.#sums.fill(0, component * LEVELS * WIDTH, (component + 1) * LEVELS * WIDTH);
  }

  /** The larger of the sums, where the excess over its stretch is one that somebody notices; less ln 2, as it is one of two. */
  logBayes(component: number, tail: Tail): number {
    if (component >= this.#last.length) return 0;
    const at = component * LEVELS * WIDTH;
    return Math.max(
      0,
      Math.max(this.#says(at, nearOf(tail)), this.#says(at + WIDTH, farOf(tail))) - Math.LN2,
    );
  }

  /** What the sum that says most has added up; undefined when none says anything. */
  stretch(component: number, tail: Tail): TailStretch | undefined {
    if (component >= this.#last.length) return undefined;
    const at = component * LEVELS * WIDTH;
    const [near, far] = [this.#says(at, nearOf(tail)), this.#says(at + WIDTH, farOf(tail))];
    if (Math.max(near, far) <= 0) return undefined;
    const beyond = far > near;
    const level = beyond ? at + WIDTH : at;
    return { inTail: this.#sums[level + 2], traces: this.#sums[level + 3], beyond };
  }

  snapshot(): TailSumsState {
    return { sums: this.#sums.slice(), last: this.#last.slice() };
  }

  restore({ sums, last }: TailSumsState): void {
    this.#sums = sums.slice();
    this.#last = last.slice();
  }

  #says(at: number, beta: Beta): number {
    const sums = this.#sums;
    return sums[at + 2] >= (usualOf(beta) + LEAST_TAIL) * sums[at + 3] ? sums[at] : 0;
  }

  #add(at: number, hits: number, traces: number, beta: Beta): void {
    const sums = this.#sums;
    // No stretch begins with a miss.
    if (hits === 0 && sums[at] === 0) return;
    const [x, n] = [sums[at + 2] + hits, sums[at + 3] + traces];
    const log = logOf(x, n, beta);
    const sum = Math.min(MOST, sums[at] + Math.min(MOST_A_WINDOW, log - sums[at + 1]));
    const over = Math.max(0, sums[at + 4] + endOf({ hits, traces, x, n }, beta));
    if (sum <= 0 || over > ENDED) {
      sums.fill(0, at, at + WIDTH);
      return;
    }
    sums[at] = sum;
    sums[at + 1] = log;
    sums[at + 2] = x;
    sums[at + 3] = n;
    sums[at + 4] = over;
  }

  #grow(component: number): void {
    const size = Math.max(256, component * 2);
    const sums = new Float64Array(size * LEVELS * WIDTH);
    sums.set(this.#sums);
    this.#sums = sums;
    const last = new Float64Array(size);
    last.set(this.#last);
    this.#last = last;
  }
}

/** What is known of a part: a beta law, and how many hits come together. */
interface Beta {
  readonly a: number;
  readonly b: number;
  readonly clump: number;
}

function nearOf({ exceeded, traces, clump }: Tail): Beta {
  return { a: exceeded / clump + 0.5, b: (traces - exceeded) / clump + 0.5, clump };
}

function farOf({ traces, clump }: Tail): Beta {
  return { a: 1, b: Math.max(1, traces / clump), clump };
}

function usualOf({ a, b }: Beta): number {
  return a / (a + b);
}

/**
 * What a window says for the usual part against the stretch's, Poisson: CUSUM the other way round. The stretch's part is at least what
 * is looked for, and two standard errors below what was seen, as its first hits are how it began.
 */
function endOf(
  { hits, traces, x, n }: { hits: number; traces: number; x: number; n: number },
  beta: Beta,
): number {
  const usual = usualOf(beta);
  const part = Math.max(usual + EXCESS, atLeast(x, beta.clump) / n);
  return (traces * (part - usual) - hits * Math.log(part / usual)) / beta.clump;
}

/** Two standard errors below `hits` that come so many together. */
function atLeast(hits: number, clump: number): number {
  return hits - 2 * Math.sqrt(hits * clump);
}

function logOf(x: number, n: number, beta: Beta): number {
  const { a, b, clump } = beta;
  const hits = x / clump;
  const misses = Math.max(0, n - x) / clump;
  const p = usualOf(beta) + EXCESS;
  return hits * Math.log(p) + misses * Math.log1p(-p) - (logBeta(hits + a, misses + b) - logBeta(a, b));
}
