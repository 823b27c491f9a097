import type { Tail } from '../baseline/port.ts';
import { logGamma } from './count-tail.ts';

/** Points of the prior on the part of requests that are hurt, log-uniform between the learned part and all. */
const POINTS = 16;

/**
 * ln of the Bayes factor of "more requests fall into the tail" against "as learned", for `x` of `n` traces in it.
 * Under calm the part is known from `exceeded` of `traces` only: beta-binomial with Jeffreys' prior, so that a tail
 * learned from few traces is weak evidence by arithmetic. Hurt, it is anything between that part and all, log-uniform.
 * What comes in clumps counts once a clump (a design effect: Kish, Survey Sampling, 1965).
 */
export function logTailBayes(x: number, n: number, tail: Tail): number {
  const known = knownOf(tail);
  const { a, b, usual, usualMiss } = known;
  const hits = x / tail.clump;
  const misses = Math.max(0, n - x) / tail.clump;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < POINTS; i++) {
    const log = hits * known.moreHits[i] + misses * known.fewerMisses[i];
    scratch[i] = log;
    if (log > most) most = log;
  }
  let sum = 0;
  for (let i = 0; i < POINTS; i++) sum += Math.exp(scratch[i] - most);
  const hurt = most + Math.log(sum / POINTS);
  const calm = logBeta(hits + a, misses + b) - known.logBeta - hits * usual - misses * usualMiss;
  return hurt - calm;
}

const scratch = new Float64Array(POINTS);

/** What depends on the learned tail alone: it is asked of every component in every window. */
interface KnownTail {
  /** Of these, as they are now. */
  readonly exceeded: number;
  readonly traces: number;
  readonly clump: number;
  readonly a: number;
  readonly b: number;
  readonly usual: number;
  readonly usualMiss: number;
  readonly logBeta: number;
  /** ln of each point of the prior, and of what it leaves, over the usual. */
  readonly moreHits: Float64Array;
  readonly fewerMisses: Float64Array;
}

const knownTails = new WeakMap<Tail, KnownTail>();

function knownOf(tail: Tail): KnownTail {
  const known = knownTails.get(tail);
  const { exceeded, traces, clump } = tail;
  if (known?.exceeded === exceeded && known.traces === traces && known.clump === clump) return known;
  const a = exceeded / clump + 0.5;
  const b = Math.max(0, traces - exceeded) / clump + 0.5;
  const usual = Math.log(a / (a + b));
  const usualMiss = Math.log1p(-a / (a + b));
  const points = Float64Array.from({ length: POINTS }, (_, i) => (usual * (i + 0.5)) / POINTS);
  const fresh: KnownTail = {
    ...{ exceeded, traces, clump, a, b, usual, usualMiss },
    logBeta: logBeta(a, b),
    moreHits: points.map((log) => log - usual),
    fewerMisses: points.map((log) => Math.log(-Math.expm1(log)) - usualMiss),
  };
  knownTails.set(tail, fresh);
  return fresh;
}

export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}
