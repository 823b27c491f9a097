import type { Baseline, Tail } from '../baseline/port.ts';
import { LEAST_TRACES_ONE_WINDOW, leaveOut } from './leave-out.ts';
import { judgeCalls } from './judge-calls.ts';
import { logTailBayes } from './tail-bayes.ts';
import { LEAST_TAIL } from './tail-sums.ts';
import { type ComponentKind, unitOf } from '../domain/component.ts';
import { usOf } from '../domain/summary.ts';
import { logBayesFactor, priorShift } from './bayes.ts';
import { logCountTail } from './count-tail.ts';
import type { ComponentJudgement } from './component-judgement.ts';
import { isNoticeable } from './effect.ts';
import { zOfLogTail } from '../domain/normal.ts';
import type { RingParts } from './window-ring.ts';
import { levelVariance, witnessWeight } from './witnesses.ts';

/** Least traces behind a verdict over several windows, after leaving out: they have the agreement of windows. */
const LEAST_TRACES = 2;

/**
 * Evidence of one component over the windows of one scale (docs/detection.md, "Evidence"). One slow trace must not make
 * an incident, and one bad window neither (`leaveOut`). Undefined when what is left is too little.
 */
export function judgeComponent(
  kind: ComponentKind,
  baseline: Baseline,
  parts: RingParts,
  scale: number,
): ComponentJudgement | undefined {
  if (kind === 'calls') return judgeCalls(baseline, parts, scale);
  const capped = !isRatio(kind);
  const rest = leaveOut(parts, { level: baseline.level, down: false, several: scale > 0, capped });
  if (rest.count < (scale === 0 ? LEAST_TRACES_ONE_WINDOW : LEAST_TRACES)) return undefined;
  const observed = rest.sum / rest.count;
  const weight = witnessWeight(baseline, parts);
  const standardError =
    baseline.inflation *
    Math.sqrt(baseline.between[scale] + baseline.within / (weight * rest.count) + levelVariance(baseline));
  const witnesses = { count: weight * rest.count, sum: weight * rest.sum };
  const z = isRatio(kind) ? ratioZ(witnesses, baseline, scale) : (observed - baseline.level) / standardError;
  let logBayes = logBayesFactor(z, standardError, priorShift(kind, baseline.level));
  if (!isNoticeable(kind, observed, baseline.level)) logBayes = Math.min(0, logBayes);
  const lostUs = isLatency(kind) ? usOf(observed) - usOf(baseline.level) : 0;
  const judged = { count: rest.count, observed, z, logBayes, lostUs };
  return baseline.tail === undefined
    ? judged
    : withTail(judged, parts, { level: baseline.level, tail: baseline.tail, weight });
}

/** From this log Bayes factor on the tail is what is wrong: 20 to 1. */
const TAIL_IS_HOT = 3;
/**
 * A component is slow when its level shifted or when more of its requests fall into its tail: the mean of the two Bayes
 * factors is one again. No window is left out here: one request is one hit, however slow, and hits that come together are counted by the clump.
 */
function withTail(
  judged: ComponentJudgement,
  parts: RingParts,
  { level, tail, weight }: { level: number; tail: Tail; weight: number },
): ComponentJudgement {
  let hits = 0;
  let traces = 0;
  let us = 0;
  let worst = 0;
  for (let i = 0; i < parts.length; i++) {
    hits += parts.exceeded[i];
    traces += parts.count[i];
    us += parts.tailUs[i];
    if (parts.tailUs[i] > parts.tailUs[worst]) worst = i;
  }
  const usual = (tail.exceeded + 0.5) / (tail.traces + 1);
  let log = logTailBayes(weight * hits, weight * traces, tail);
  if (hits < (usual + LEAST_TAIL) * traces) log = Math.min(0, log);
  const { logBayes } = judged;
  const mixed = Math.max(logBayes, log) + Math.log1p(Math.exp(-Math.abs(logBayes - log))) - Math.LN2;
  const rest = traces - parts.count[worst];
  if (log < TAIL_IS_HOT || rest <= 0) return { ...judged, logBayes: mixed };
  // The worst window is left out of the harm, as it is of everything that opens incidents: a hiccup hurts nobody twice.
  const tailLostUs = (us - parts.tailUs[worst]) / rest - usual * usOf(level + tail.offset);
  return { ...judged, logBayes: mixed, lostUs: Math.max(judged.lostUs, tailLostUs) };
}

function isLatency(kind: ComponentKind): boolean {
  return unitOf(kind) === 'us';
}

function isRatio(kind: ComponentKind): boolean {
  return kind === 'error' || kind === 'outlier' || kind === 'shape';
}

/** Ratios are counts of rare events: exact tails of a negative binomial with the learned over-dispersion. */
function ratioZ(rest: { count: number; sum: number }, baseline: Baseline, scale: number): number {
  const expected = Math.max(baseline.level, LEAST_RATIO) * rest.count;
  if (rest.sum <= expected) return 0;
  const p =
    baseline.inflation ** 2 * (baseline.between[scale] - RATIO_FLOOR) +
    baseline.within / Math.max(1, baseline.values);
  const variance = expected + Math.max(0, p) * rest.count ** 2;
  return zOfLogTail(logCountTail(Math.round(rest.sum), expected, variance));
}

/** An operation that never failed while learning may still fail once in 10,000. */
export const LEAST_RATIO = 1e-4;
/** The floor that the fit puts under the spread of ratios is no over-dispersion that was seen. */
export const RATIO_FLOOR = 0.01 ** 2;
