import type { Baseline } from '../baseline/port.ts';
import { logBayesFactor, priorShift } from './bayes.ts';
import type { ComponentJudgement } from './component-judgement.ts';
import { isNoticeable } from './effect.ts';
import { LEAST_TRACES_ONE_WINDOW, leaveOut } from './leave-out.ts';
import { logTailBayes } from './tail-bayes.ts';
import type { RingParts } from './window-ring.ts';
import { levelVariance, witnessWeight } from './witnesses.ts';

/** As for every component: several windows agree with each other. */
const LEAST_TRACES = 2;

/**
 * Calls can be too few or too many (docs/detection.md, "Calls are weak evidence"): the mean of the two Bayes factors is
 * one again. What is observed is told in the direction that says more.
 */
export function judgeCalls(
  baseline: Baseline,
  parts: RingParts,
  scale: number,
): ComponentJudgement | undefined {
  const fewer = judgeDirection(baseline, parts, { scale, down: true });
  const more = judgeDirection(baseline, parts, { scale, down: false });
  if (fewer === undefined || more === undefined) return undefined;
  const [most, least] = fewer.logBayes >= more.logBayes ? [fewer, more] : [more, fewer];
  const mixed = most.logBayes + Math.log1p(Math.exp(least.logBayes - most.logBayes)) - Math.LN2;
  const bound = mostOfCalls(parts, {
    baseline,
    observed: most.observed,
    several: scale > 0,
    down: most === fewer,
  });
  return { ...most, logBayes: Math.min(mixed, bound) };
}

/**
 * A call that was never seen while its parent operation was learned, in `baseline` (`strangerBaseline`): how many of the
 * parent's requests make it, against none of so many (`logTailBayes`).
 */
export function judgeStranger(
  baseline: Baseline,
  parts: RingParts,
  scale: number,
): ComponentJudgement | undefined {
  const several = scale > 0;
  const rest = leaveOut(parts, { level: 0, down: false, several });
  if (rest.count < (several ? LEAST_TRACES : LEAST_TRACES_ONE_WINDOW)) return undefined;
  const observed = rest.sum / rest.count;
  const learned = { offset: 0, exceeded: 0, traces: baseline.values, clump: 1 };
  let logBayes = logTailBayes(Math.min(rest.sum, rest.count), rest.count, learned);
  if (!isNoticeable('calls', observed, 0)) logBayes = Math.min(0, logBayes);
  logBayes = Math.min(logBayes, mostOfCalls(parts, { baseline, observed, several, down: false }));
  return {
    count: rest.count,
    observed,
    z: Math.sqrt(2 * Math.max(0, logBayes)),
    logBayes,
    lostUs: 0,
  };
}

function judgeDirection(
  baseline: Baseline,
  parts: RingParts,
  { scale, down }: { scale: number; down: boolean },
): ComponentJudgement | undefined {
  const several = scale > 0;
  const rest = leaveOut(parts, { level: baseline.level, down, several });
  if (rest.count < (several ? LEAST_TRACES : LEAST_TRACES_ONE_WINDOW)) return undefined;
  const observed = rest.sum / rest.count;
  const standardError =
    baseline.inflation *
    Math.sqrt(
      baseline.between[scale] +
        baseline.within / (witnessWeight(baseline, parts) * rest.count) +
        levelVariance(baseline),
    );
  const z = (observed - baseline.level) / standardError;
  let logBayes = logBayesFactor(down ? -z : z, standardError, priorShift('calls', baseline.level));
  if (observed < baseline.level !== down || !isNoticeable('calls', observed, baseline.level))
    logBayes = Math.min(0, logBayes);
  return { count: rest.count, observed, z, logBayes, lostUs: 0 };
}

/**
 * Which calls a request makes depends on what it asks for, and a few users can ask for something new for a while: the
 * traces of a window are no independent witnesses of that. What W windows never showed has the probability 1 / (W + 1)
 * in the next one (Laplace's rule of succession), so each window says at most ln(W + 1): a likelihood ratio under
 * contamination (Huber, A robust version of the probability ratio test, 1965). Windows count that changed by at least
 * half of what changed on average, less the one left out.
 */
function mostOfCalls(
  parts: RingParts,
  {
    baseline,
    observed,
    several,
    down,
  }: { baseline: Baseline; observed: number; several: boolean; down: boolean },
): number {
  const half = (baseline.level + observed) / 2;
  let windows = several ? -1 : 0;
  for (let i = 0; i < parts.length; i++) {
    const limit = half * parts.count[i];
    if (down ? parts.sum[i] <= limit : parts.sum[i] >= limit) windows++;
  }
  return Math.max(0, windows) * Math.log(baseline.windows + 1);
}
