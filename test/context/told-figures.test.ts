import { describe, expect, it } from 'vitest';
import type { Baseline } from '../../src/baseline/port.ts';
import { firingOf } from '../../src/context/firing.ts';
import { toldFigures } from '../../src/context/told-figures.ts';
import { WindowRing } from '../../src/detect/window-ring.ts';
import type { Evidence } from '../../src/domain/evidence.ts';
import { SCALE_WINDOWS } from '../../src/domain/scales.ts';
import {
  bucketFloor,
  histogramBucket,
  HISTOGRAM_BUCKETS,
  LOG_OFFSET_US,
  SummaryBatch,
} from '../../src/domain/summary.ts';
import { someEvidence } from '../doubles/incident-story.ts';
import { scaleOf, world } from '../locate/judgements.ts';

const START_MS = Date.UTC(2026, 4, 1, 12);
const us = (value: number): number => Math.log(value + LOG_OFFSET_US);
const made = world();
const KEY = 'self(pay, Charge)';
const component = made.table.internKey(KEY);
const LEVEL = us(10_000);
/** One in a thousand takes longer than 60 ms or so. */
const OFFSET = bucketFloor(histogramBucket(us(60_000))) - LEVEL;
const baselines: (Baseline | undefined)[] = [];
baselines[component] = {
  ...{ level: LEVEL, within: 0.1, between: new Float64Array(4), inflation: 1, windows: 100, values: 1000 },
  tail: { offset: OFFSET, beyond: OFFSET + 1, exceeded: 10, traces: 10_000, clump: 1 },
};

interface Window {
  readonly traces: number;
  readonly meanUs: number;
  /** Traces of 200 ms among them. */
  readonly slow?: number;
}

/** Twelve windows, the last ones as given. */
function ringOf(last: readonly Window[]): WindowRing {
  const calm = Array.from({ length: 12 - last.length }, (): Window => ({ traces: 20, meanUs: 10_000 }));
  const ring = new WindowRing();
  [...calm, ...last].forEach(({ traces, meanUs, slow = 0 }, n) => {
    const batch = new SummaryBatch(1);
    batch.windowStartMs = START_MS + n * 10_000;
    const row = batch.addRow(component);
    batch.count[row] = batch.values[row] = traces;
    batch.sum[row] = (traces - slow) * us(meanUs) + slow * us(200_000);
    batch.histogram[row * HISTOGRAM_BUCKETS + histogramBucket(us(200_000))] = slow;
    ring.push(batch, baselines);
  });
  return ring;
}

const TO_MS = START_MS + 120_000;

function told(
  last: readonly Window[],
  {
    scale,
    ...more
  }: { scale: number; tail?: Parameters<typeof toldFigures>[2]['tail']; evidence?: Partial<Evidence> },
): ReturnType<typeof toldFigures> {
  const recent = ringOf(last);
  const judged = scaleOf(made, { [KEY]: 40 }, scale);
  const row = made.keys.indexOf(KEY);
  judged.expected[row] = LEVEL;
  judged.observed[row] = us(15_000);
  const finding = {
    ...{ scale, score: 50, fingerprint: 'service pay', suspects: [], services: [1], lead: 8 },
    hot: [{ component, logBayes: 40 }],
  };
  const rows = new Map([[component, row]]);
  const { onsetMs } = firingOf({ recent, table: made.table }, judged, { finding, rows, toMs: TO_MS });
  const piece = someEvidence({ component: KEY, observed: 15_000, expected: 10_000, ...more.evidence });
  const at = { component, onsetMs, toMs: TO_MS, windows: SCALE_WINDOWS[scale], tail: more.tail };
  return toldFigures({ table: made.table, baselines, recent }, piece, at);
}

const slow = (traces: number, meanUs = 90_000): Window => ({ traces, meanUs });

describe('what is told of how large an effect is', () => {
  it('of the first window in which it shows: so far', () => {
    expect(told([slow(20)], { scale: 0 })).toEqual({ soFar: true });
  });

  it('of one that goes on from the window before: as it is', () => {
    expect(told([slow(20), slow(20)], { scale: 0 })).toEqual({});
  });

  it('of several windows of which only the last shows it: what that one shows, so far', () => {
    const { sinceOnset, soFar } = told([slow(20, 60_000)], { scale: 3 });
    expect(soFar).toBe(true);
    expect(sinceOnset?.observed).toBeCloseTo(60_000, 3);
    expect(sinceOnset?.count).toBe(20);
  });

  it('of windows that reach back before it began: what the whole ones since then show', () => {
    // The fault begins within the first of three.
    const { sinceOnset, soFar } = told([slow(20, 50_000), slow(20), slow(20)], { scale: 3 });
    expect(soFar).toBeUndefined();
    expect(sinceOnset?.observed).toBeCloseTo(90_000, 3);
    expect(sinceOnset?.count).toBe(40);
  });

  it('of few requests since then: what they show, so far, without the calm before them', () => {
    const { sinceOnset, soFar } = told([slow(2), slow(2), slow(1)], { scale: 3 });
    expect(soFar).toBe(true);
    expect(sinceOnset?.observed).toBeCloseTo(90_000, 3);
    expect(sinceOnset?.count).toBe(5);
  });

  it('of failures, so far until there are thirty requests, and never with the calm before them', () => {
    const evidence = { kind: 'error', unit: 'ratio', observed: 0.03, expected: 0 } as const;
    const few = told([slow(5), slow(7)], { scale: 3, evidence });
    expect(few).toMatchObject({ soFar: true, sinceOnset: { count: 12 } });
    expect(told([slow(20), slow(20)], { scale: 3, evidence })).toMatchObject({ soFar: true });
    expect(told([slow(20), slow(40)], { scale: 3, evidence })).not.toHaveProperty('soFar');
  });

  it('never less than what was judged: it fades already', () => {
    expect(
      told([slow(20), slow(20, 30_000), slow(20, 30_000)], { scale: 3, evidence: { observed: 40_000 } }),
    ).toEqual({});
  });
});

describe('what is told of a tail', () => {
  const some = (traces: number, of: number): Window => ({ traces, meanUs: 10_000, slow: of });

  it('which part of the requests since it began lies there, over what, and how many usually do', () => {
    const { tail } = told([some(100, 3), some(100, 0), some(100, 3)], {
      scale: 3,
      tail: 'of the windows',
    });
    expect(tail).toMatchObject({ share: 0.02, usual: 0.001, count: 300 });
    // The part that is counted begins with a bucket.
    expect(tail?.overUs).toBeCloseTo(Math.exp(LEVEL + OFFSET) - LOG_OFFSET_US, 6);
  });

  it('so far, in the first window that shows it', () => {
    expect(told([some(100, 3)], { scale: 0, tail: 'of the windows' })).toMatchObject({
      tail: { share: 0.03 },
      soFar: true,
    });
  });

  it('nothing where half of the requests are there: they are slow', () => {
    expect(told([some(20, 11), some(20, 11)], { scale: 0, tail: 'of the windows' })).toEqual({});
  });

  it('of what adds up over more than the windows: of as long as that', () => {
    const stretch = { inTail: 12, traces: 1200, beyond: false };
    expect(told([some(100, 0)], { scale: 3, tail: stretch }).tail).toMatchObject({
      ...{ share: 0.01, usual: 0.001, count: 1200 },
    });
    const beyond = told([some(100, 0)], { scale: 3, tail: { ...stretch, beyond: true } }).tail;
    expect(beyond).toMatchObject({ share: 0.01, usual: 0 });
    expect(beyond?.overUs).toBeGreaterThan(100_000);
  });
});
