import { describe, expect, it } from 'vitest';
import type { Baseline } from '../../src/baseline/port.ts';
import { KindCode } from '../../src/domain/component-table.ts';
import { histogramBucket, SummaryBatch } from '../../src/domain/summary.ts';
import { Detector, type Judgement } from '../../src/detect/index.ts';
import { WindowRing } from '../../src/detect/window-ring.ts';
import { tableOf } from '../summarise/summaries.ts';
import { BASELINE, repeat } from './judging.ts';

const START_MS = Date.UTC(2026, 4, 1, 12);

/** A sealed window in which `component` had these values, its top trace named by `id`. */
function windowOf(number: number, component: number, values: number[], id = number): SummaryBatch {
  const batch = new SummaryBatch(1);
  batch.windowStartMs = START_MS + number * 10_000;
  batch.sealed = true;
  batch.traces = values.length;
  if (values.length === 0) return batch;
  const row = batch.addRow(component);
  batch.count[row] = batch.values[row] = values.length;
  batch.sum[row] = values.reduce((sum, value) => sum + value, 0);
  batch.topValue[row] = Math.max(...values);
  batch.topTrace[row * 4 + 3] = id;
  return batch;
}

describe('the detector', () => {
  const { table, self } = tableOf(3);
  const slow = BASELINE.level + 1;

  it('judges each scale over its own stretch, and only what has a baseline', () => {
    const baselines: (Baseline | undefined)[] = [];
    baselines[self[1]] = BASELINE;
    const detector = new Detector(table, baselines);
    for (let n = 0; n < 12; n++) detector.observe(windowOf(n, self[1], repeat(BASELINE.level, 20)));
    detector.observe(windowOf(12, self[1], repeat(slow, 20)));
    const { scales, toMs } = detector.observe(windowOf(13, self[1], repeat(slow, 20)));
    expect(toMs).toBe(START_MS + 140_000);
    expect(scales.map(({ length }) => length)).toEqual([1, 1, 1, 1]);
    expect(scales.map(({ component }) => component[0])).toEqual(repeat(self[1], 4));
    expect(scales[0].logBayes[0]).toBeGreaterThan(10);
    expect(scales[0].count[0]).toBe(19);
    // Two windows of twelve are bad, neither is worse than the other.
    expect(scales[3].count[0]).toBe(239);
    expect(scales[3].observed[0]).toBeCloseTo(BASELINE.level + 39 / 239, 6);
    detector.observe(windowOf(14, self[0], repeat(slow, 20)));
    expect(detector.observe(windowOf(15, self[0], repeat(slow, 20))).scales[0].length).toBe(0);
  });

  it('reads baselines as they are learned', () => {
    const baselines: (Baseline | undefined)[] = [];
    const detector = new Detector(table, baselines);
    expect(detector.observe(windowOf(0, self[2], repeat(slow, 20))).scales[0].length).toBe(0);
    baselines[self[2]] = BASELINE;
    expect(detector.observe(windowOf(1, self[2], repeat(slow, 20))).scales[0].length).toBe(1);
  });
});

describe('what adds up in tails', () => {
  const { table, self } = tableOf(3);
  const tail = { offset: 1, exceeded: 8, traces: 8000, clump: 1, beyond: 2 };
  const far = BASELINE.level + 2.3;

  /** Twenty windows of a hundred requests, one of them far slower. */
  function tailsOf(): Judgement {
    const baselines: (Baseline | undefined)[] = [];
    baselines[self[1]] = { ...BASELINE, tail };
    const detector = new Detector(table, baselines);
    let judgement: Judgement | undefined;
    for (let n = 0; n < 20; n++) {
      const batch = windowOf(n, self[1], [...repeat(BASELINE.level, 99), far]);
      batch.histogram[histogramBucket(BASELINE.level)] = 99;
      batch.histogram[histogramBucket(far)] = 1;
      judgement = detector.observe(batch);
    }
    detector.found([{ fingerprint: 'tail of service a', hot: [{ component: self[1] }] }]);
    expect(detector.tailSums.logBayes(self[1], tail)).toBeGreaterThan(10);
    detector.found([{ fingerprint: 'service a', hot: [{ component: self[1] }] }]);
    expect(detector.tailSums.logBayes(self[1], tail)).toBe(0);
    return judgement as Judgement;
  }

  it('is not asked of the way between services', () => {
    const operation = table.a[self[0]];
    const request = table.id(KindCode.request, operation, operation);
    const detector = new Detector(table, Object.assign([], { [request]: { ...BASELINE, tail } }));
    let judgement: Judgement | undefined;
    for (let n = 0; n < 20; n++) {
      const batch = windowOf(n, request, [...repeat(BASELINE.level, 99), far]);
      batch.histogram[histogramBucket(BASELINE.level)] = 99;
      batch.histogram[histogramBucket(far)] = 1;
      judgement = detector.observe(batch);
    }
    expect(judgement?.scales[3].length).toBe(1);
    expect(judgement?.tails).toBeUndefined();
    expect(detector.tailSums.logBayes(request, tail)).toBe(0);
  });

  it('is told apart from the scales, by the requests that lie there', () => {
    const { tails, scales, tailStretches } = tailsOf();
    // Since the first of them, not only of the two minutes.
    expect(tailStretches?.get(self[1])).toEqual({ inTail: 20, traces: 2000, beyond: true });
    expect(tails?.logBayes[0]).toBeGreaterThan(Math.max(10, scales[3].logBayes[0]));
    expect(tails?.count[0]).toBe(12);
    expect(tails?.observed[0]).toBeCloseTo(far, 0);
    expect(scales[3].observed[0]).toBeLessThan(BASELINE.level + 0.1);
  });
});

describe('the ring of windows', () => {
  it('holds the last twelve, newest first, and forgets by number, not by count', () => {
    const ring = new WindowRing();
    for (let n = 0; n < 20; n++) ring.push(windowOf(n, 700, n === 18 ? [] : repeat(n, 2)));
    const parts = ring.parts(700, 12);
    expect([...parts.sum.subarray(0, parts.length)]).toEqual([38, 34, 32, 30, 28, 26, 24, 22, 20, 18, 16]);
    expect(ring.traces(3)).toBe(4);
    ring.push(windowOf(100, 700, [1]));
    expect(ring.parts(700, 12).length).toBe(1);
    expect(ring.parts(9999, 12).length).toBe(0);
    expect(ring.traces(12)).toBe(1);
  });

  it('knows the trace with the largest value', () => {
    const ring = new WindowRing();
    [5, 9, 7].forEach((value, n) => ring.push(windowOf(n, 3, [value], 100 + n)));
    expect(ring.topTrace(3, 3)?.[3]).toBe(101);
    expect(ring.topTrace(3, 1)?.[3]).toBe(102);
    expect(ring.topTrace(4, 3)).toBeUndefined();
  });

  it('says from when to when a component had at least half of its largest excess', () => {
    const ring = new WindowRing();
    [1, 5, 1, 5, 4, 1].forEach((value, n) => ring.push(windowOf(n, 3, [value, value])));
    expect(ring.stretchOfExcess(3, 6, { level: 1, sign: 1 })).toEqual([START_MS + 10_000, START_MS + 50_000]);
    expect(ring.stretchOfExcess(3, 3, { level: 1, sign: 1 })).toEqual([START_MS + 30_000, START_MS + 50_000]);
    expect(ring.stretchOfExcess(3, 6, { level: 5, sign: -1 })).toEqual([START_MS, START_MS + 60_000]);
    expect(ring.stretchOfExcess(3, 6, { level: 9, sign: 1 })).toBeUndefined();
  });
});
