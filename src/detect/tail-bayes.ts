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
  const hits = x / tail.clump;
  const misses = Math.max(0, n - x) / tail.clump;
  const a = tail.exceeded / tail.clump + 0.5;
  const b = Math.max(0, tail.traces - tail.exceeded) / tail.clump + 0.5;
  const usual = Math.log(a / (a + b));
  const usualMiss = Math.log1p(-a / (a + b));
  const logs = Array.from({ length: POINTS }, (_, i) => {
    const log = (usual * (i + 0.5)) / POINTS;
    return hits * (log - usual) + misses * (Math.log(-Math.expm1(log)) - usualMiss);
  });
  const most = Math.max(...logs);
  const hurt = most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0) / POINTS);
  const calm = logBeta(hits + a, misses + b) - logBeta(a, b) - hits * usual - misses * usualMiss;
  return hurt - calm;
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}
