import { bucketFloor, HISTOGRAM_BUCKETS, LOG_OFFSET_US } from '../domain/summary.ts';
import type { Series } from './series.ts';

/** The slowest of a component's requests: what lies `offset` or more above its level, in ln(us + LOG_OFFSET_US). */
export interface Tail {
  readonly offset: number;
  /** Traces in the tail while learning, of `traces`. */
  readonly exceeded: number;
  readonly traces: number;
  /** How many come together: one pause holds up all that is under way. At least 1. */
  readonly clump: number;
  /** What lies so far above the level is beyond everything that was learned. As `offset` where older versions learned. */
  readonly beyond?: number;
}

/**
 * One request in a thousand, or the slowest one when fewer were learned: a rarer tail says more with each request that
 * falls into it, and how rare it is is part of the prior (`logTailBayes`).
 */
const TAIL = 1e-3;
/** A tail nearer than this to the level is no harm: 25% and half a millisecond, the effect floor. */
const LEAST_RATIO = 1.25;
const LEAST_US = 500;
/** Windows of a block in which exceedances count as having come together: a minute. */
const CLUMP_WINDOWS = 6;
/** Exceedances with which a component's own clump weighs as much as no clump at all. */
const OWN_CLUMP = 3;

/** The tail over the windows of `series`, which must hold `tops`; undefined when it does not. */
export function fitTail(series: Series, level: number): Tail | undefined {
  const total = new Float64Array(HISTOGRAM_BUCKETS);
  let values = 0;
  if (series.tops.length !== series.length) return undefined;
  for (let i = 0; i < series.length; i++) {
    values += series.values[i];
    forEachTop(series.tops[i], (bucket, count) => (total[bucket] += count));
  }
  if (values === 0) return undefined;
  const leastUs = Math.max(
    LEAST_RATIO * (Math.exp(level) - LOG_OFFSET_US),
    Math.exp(level) - LOG_OFFSET_US + LEAST_US,
  );
  const least = Math.log(leastUs + LOG_OFFSET_US);
  const most = Math.max(1, TAIL * values);
  let bucket = HISTOGRAM_BUCKETS;
  for (
    let above = 0;
    bucket > 0 && above + total[bucket - 1] <= most && bucketFloor(bucket - 1) >= least;
    bucket--
  )
    above += total[bucket - 1];
  let beyond = HISTOGRAM_BUCKETS;
  while (beyond > bucket && total[beyond - 1] === 0) beyond--;
  return {
    offset: bucketFloor(bucket) - level,
    ...countsFrom(series, bucket),
    beyond: bucketFloor(beyond) - level,
  };
}

/** Traces at or above a bucket: a trace counts by the part of its values there. */
export function exceeding(tops: Uint32Array, bucket: number): number {
  let count = 0;
  forEachTop(tops, (b, n) => {
    if (b >= bucket) count += n;
  });
  return count;
}

function countsFrom(series: Series, bucket: number): Pick<Tail, 'exceeded' | 'traces' | 'clump'> {
  let exceeded = 0;
  let traces = 0;
  let squares = 0;
  let block = { id: -1, sum: 0 };
  for (let i = 0; i < series.length; i++) {
    const x =
      series.values[i] === 0 ? 0 : (exceeding(series.tops[i], bucket) * series.count[i]) / series.values[i];
    exceeded += x;
    traces += series.count[i];
    const id = Math.floor(series.window[i] / CLUMP_WINDOWS);
    if (id !== block.id) {
      squares += block.sum ** 2;
      block = { id, sum: 0 };
    }
    block.sum += x;
  }
  squares += block.sum ** 2;
  // Of a compound Poisson process the variance is the mean times E[K^2] / E[K]; what chance brings together is taken off.
  const own =
    exceeded === 0
      ? 1
      : Math.max(1, squares / exceeded - (exceeded * CLUMP_WINDOWS) / Math.max(1, series.length));
  return { exceeded, traces, clump: (exceeded * own + OWN_CLUMP) / (exceeded + OWN_CLUMP) };
}

function forEachTop(tops: Uint32Array, visit: (bucket: number, count: number) => void): void {
  for (const top of tops) visit(top >>> 24, top & 0xff_ffff);
}
