import { describe, expect, it } from 'vitest';
import { Series } from '../../src/baseline/index.ts';
import { fitTail } from '../../src/baseline/tail.ts';
import { bucketFloor, histogramBucket, LOG_OFFSET_US } from '../../src/domain/summary.ts';

const yOf = (us: number): number => Math.log(us + LOG_OFFSET_US);
const LEVEL = yOf(10_000);

/** Windows of 100 requests at the level, `slow` of them as slow as said. */
function seriesOf(windows: readonly (readonly [slow: number, us: number])[]): Series {
  const series = new Series();
  windows.forEach(([slow, us], window) => {
    const top = ((histogramBucket(yOf(us)) << 24) | slow) >>> 0;
    const usual = ((histogramBucket(LEVEL) << 24) | (100 - slow)) >>> 0;
    const tops = Uint32Array.from(slow > 0 ? [top, usual] : [usual]);
    series.pushWithTops([window, 100, 100 * LEVEL, 100 * LEVEL ** 2], 100, tops);
  });
  return series;
}

const calm = (windows: number) => Array.from({ length: windows }, () => [0, 0] as const);

describe('a tail', () => {
  it('begins where one request in a thousand lies', () => {
    const windows = Array.from({ length: 300 }, (_, i) =>
      i % 10 === 0 ? ([1, 100_000] as const) : ([0, 0] as const),
    );
    const tail = fitTail(seriesOf(windows), LEVEL);
    expect(tail).toMatchObject({ exceeded: 30, traces: 30_000 });
    expect(tail?.offset).toBeLessThanOrEqual(yOf(100_000) - LEVEL);
    expect(tail?.clump).toBeLessThan(1.3);
  });

  it('knows beyond what nothing lay', () => {
    const windows = Array.from({ length: 300 }, (_, i) =>
      i % 10 === 0 ? ([1, i === 50 ? 400_000 : 100_000] as const) : ([0, 0] as const),
    );
    const tail = fitTail(seriesOf(windows), LEVEL);
    expect(LEVEL + (tail?.beyond ?? 0)).toBeGreaterThan(yOf(400_000));
    expect(LEVEL + (tail?.beyond ?? 0)).toBeLessThan(yOf(600_000));
    expect(tail?.beyond).toBeGreaterThan(tail?.offset ?? 0);
    const young = fitTail(seriesOf(calm(60)), LEVEL);
    expect(young?.beyond).toBe(young?.offset);
  });

  it('knows when slow requests come together', () => {
    const windows = Array.from({ length: 600 }, (_, i) =>
      i % 200 === 0 ? ([20, 100_000] as const) : ([0, 0] as const),
    );
    expect(fitTail(seriesOf(windows), LEVEL)?.clump).toBeGreaterThan(15);
  });

  it('is nothing that nobody would notice: 25% and half a millisecond above the level', () => {
    const tail = fitTail(seriesOf(calm(60)), LEVEL);
    expect(tail?.exceeded).toBe(0);
    expect(LEVEL + (tail?.offset ?? 0)).toBeGreaterThanOrEqual(yOf(12_500) - 1e-9);
    const fast = yOf(100);
    expect(fast + (fitTail(seriesOf(calm(60)), fast)?.offset ?? 0)).toBeGreaterThanOrEqual(yOf(600) - 1e-9);
    expect(bucketFloor(0)).toBeCloseTo(yOf(0));
  });

  it('needs the buckets of the windows', () => {
    const series = new Series();
    series.push(0, 100, 100 * LEVEL, 100 * LEVEL ** 2);
    expect(fitTail(series, LEVEL)).toBeUndefined();
  });
});
