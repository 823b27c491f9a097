import { WINDOW_MS } from '../domain/summary.ts';
import type { BurnRateRule, BurnWindow, PeriodRule, Rule, ThresholdRule } from './port.ts';
import { isQuantile, type Tally, valueOf } from './tally.ts';

/** A rule that is broken now, in the measure's unit. */
export interface Broken {
  readonly observed: number;
  /** The limit, the value of then, or the part of bad requests that the objective leaves. */
  readonly limit: number;
  readonly seen: number;
  /** Of a burn rate: the pair that says so, and how fast it burns over the longer window. */
  readonly burning?: { readonly window: BurnWindow; readonly rate: number };
}

const DAY_MS = 86_400_000;
export const PERIOD_MS = { day: DAY_MS, week: 7 * DAY_MS } as const;

/** Ten buckets a short window keep its edge within a tenth; windows of the judge are the finest there is. */
const BUCKETS_A_SHORT_WINDOW = 10;
/** Of what was, kept for a day or a week: a week of a series is 673 buckets. */
const PERIOD_BUCKET_MS = { day: 300_000, week: 900_000 } as const;

/** How a rule's past is kept: by these buckets, for so long. Burn rates keep one for each pair of windows. Pure. */
export function ringsOf(rule: Rule): readonly {
  readonly bucketMs: number;
  readonly spanMs: number;
  readonly quantiles: boolean;
}[] {
  switch (rule.type) {
    case 'threshold':
      return [{ bucketMs: WINDOW_MS, spanMs: rule.windowMs, quantiles: isQuantile(rule.measure) }];
    case 'period': {
      const bucketMs = PERIOD_BUCKET_MS[rule.period];
      return [
        { bucketMs: WINDOW_MS, spanMs: rule.windowMs, quantiles: isQuantile(rule.measure) },
        {
          bucketMs,
          spanMs: PERIOD_MS[rule.period] + rule.windowMs + bucketMs,
          quantiles: isQuantile(rule.measure),
        },
      ];
    }
    case 'burn-rate':
      return rule.windows.map(({ longMs, shortMs }) => ({
        bucketMs: Math.max(WINDOW_MS, Math.floor(shortMs / BUCKETS_A_SHORT_WINDOW / WINDOW_MS) * WINDOW_MS),
        spanMs: longMs,
        quantiles: false,
      }));
  }
}

/** What was seen in [fromMs, toMs) of the ring with this number. */
export type SumOf = (ring: number, fromMs: number, toMs: number) => Tally;

export interface At {
  readonly toMs: number;
  /** For how long requests of this seat are known. */
  readonly knownMs: number;
}

/**
 * Whether a rule is broken at `toMs`, the end of the window sealed last, by what was seen; undefined when it is not, or
 * when there is too little to say. Pure: `forMs` is the caller's to count.
 */
export function judgeRule(rule: Rule, sum: SumOf, at: At): Broken | undefined {
  switch (rule.type) {
    case 'threshold':
      return judgeThreshold(rule, sum, at.toMs);
    case 'period':
      return judgePeriod(rule, sum, at.toMs);
    case 'burn-rate':
      return judgeBurnRate(rule, sum, at);
  }
}

function judgeThreshold(rule: ThresholdRule, sum: SumOf, toMs: number): Broken | undefined {
  const tally = sum(0, toMs - rule.windowMs, toMs);
  const observed = valueOf(tally, rule.measure, rule);
  if (observed === undefined || !isBeyond(observed, rule.limit, rule.side)) return undefined;
  return { observed, limit: rule.limit, seen: tally.seen };
}

function judgePeriod(rule: PeriodRule, sum: SumOf, toMs: number): Broken | undefined {
  const now = sum(0, toMs - rule.windowMs, toMs);
  // Whole buckets, so that a rate is of as long as it says.
  const bucketMs = PERIOD_BUCKET_MS[rule.period];
  const fromThenMs = Math.floor((toMs - rule.windowMs - PERIOD_MS[rule.period]) / bucketMs) * bucketMs;
  const lengthMs = Math.ceil(rule.windowMs / bucketMs) * bucketMs;
  const then = sum(1, fromThenMs, fromThenMs + lengthMs);
  // No request then is no measure for now, also of a rate.
  if (then.seen < Math.max(1, rule.minRequests)) return undefined;
  const before = valueOf(then, rule.measure, { ...rule, windowMs: lengthMs });
  const observed = valueOf(now, rule.measure, rule);
  if (observed === undefined || before === undefined || before <= 0) return undefined;
  if (!isBeyond(observed, before * rule.times, rule.side)) return undefined;
  return { observed, limit: before, seen: now.seen };
}

/**
 * The gravest pair whose both windows burn: the workbook's `and`, so that it ends soon after the cause does. What was
 * before the series is known counts as good, as much a second as since: an hour says nothing bad of the five before it.
 */
function judgeBurnRate(rule: BurnRateRule, sum: SumOf, { toMs, knownMs }: At): Broken | undefined {
  const budget = 1 - rule.objective;
  let worst: Broken | undefined;
  for (const [ring, window] of rule.windows.entries()) {
    const long = sum(ring, toMs - window.longMs, toMs);
    const short = sum(ring, toMs - window.shortMs, toMs);
    if (long.seen < Math.max(1, rule.minRequests) || long.weight <= 0 || short.weight <= 0) continue;
    const known = (ms: number): number => Math.min(1, knownMs / ms);
    const rate = (long.bad / long.weight / budget) * known(window.longMs);
    const shortRate = (short.bad / short.weight / budget) * known(window.shortMs);
    if (rate < window.factor || shortRate < window.factor) continue;
    if (worst?.burning !== undefined && worst.burning.window.factor >= window.factor) continue;
    const observed = Math.min(1, long.bad / long.weight);
    worst = { observed, limit: budget, seen: long.seen, burning: { window, rate } };
  }
  return worst;
}

function isBeyond(observed: number, limit: number, side: 'above' | 'below'): boolean {
  return side === 'above' ? observed > limit : observed < limit;
}
