import { describe, expect, it } from 'vitest';
import { stretchesOf } from '../../src/baseline/index.ts';
import { createRandom } from '../../src/runtime/index.ts';
import { flat, seriesOf, START_MS, type Truth, windowsOf } from './simulated.ts';

const TRUTH: Truth = { level: 9, between: 0.08, within: 0.4, traces: 10, seed: 1 };
const HOUR = 360;
const FIRST = START_MS / 10_000;
/** A shift of `by` in [from, to) minutes. */
const during =
  (by: number, ...minutes: readonly [number, number][]) =>
  (i: number): number =>
    minutes.some(([from, to]) => i >= from * 6 && i < to * 6) ? by : 0;

describe('what stands out from the rest of what was learned', () => {
  it('is nothing in traffic of one kind, also where its tail is heavy', () => {
    for (let seed = 1; seed <= 20; seed++) {
      expect(stretchesOf('self', seriesOf(windowsOf({ ...TRUTH, seed }, HOUR)))).toEqual([]);
      const random = createRandom(seed);
      const pauses = windowsOf({ ...TRUTH, seed }, HOUR, () => (random() < 0.02 ? 2 : 0));
      expect(stretchesOf('self', seriesOf(pauses))).toEqual([]);
    }
  });

  it.each([6, 15, 25])('is a fault of %i minutes of an hour, from its first to its last', (minutes) => {
    const shift = during(1, [20, 20 + minutes]);
    const [stretch, ...others] = stretchesOf('self', seriesOf(windowsOf(TRUTH, HOUR, shift)));
    expect(others).toEqual([]);
    expect(Math.abs(stretch.from - FIRST - 120)).toBeLessThanOrEqual(6);
    expect(Math.abs(stretch.to - FIRST - 120 - minutes * 6)).toBeLessThanOrEqual(6);
    expect(stretch.observed).toBeCloseTo(10, 0);
    expect(Math.abs(stretch.expected - 9)).toBeLessThan(0.1);
  });

  it('is each of many short ones, which the fit takes for a habit', () => {
    const spells = [5, 13, 21, 29, 37, 45, 53].map((from): [number, number] => [from, from + 2]);
    expect(stretchesOf('self', seriesOf(windowsOf(TRUTH, HOUR, during(1.5, ...spells))))).toHaveLength(7);
  });

  it('is nothing where most of it stands out: nobody knows which is normal', () => {
    expect(stretchesOf('self', seriesOf(windowsOf(TRUTH, HOUR, during(1, [0, 40]))))).toEqual([]);
  });

  it('is no burst of fewer than twenty traces', () => {
    const burst = (traces: number) => windowsOf({ ...TRUTH, traces, within: 0.1 }, HOUR, during(3, [20, 23]));
    expect(stretchesOf('self', seriesOf(burst(4)))).toHaveLength(1);
    const few = burst(4).map((window, i) =>
      i >= 120 && i < 138 ? flat(12, i % 6 === 0 ? 6 : 0.01) : window,
    );
    expect(stretchesOf('self', seriesOf(few))).toEqual([]);
  });

  it('is nothing that nobody would notice', () => {
    const steady = { ...TRUTH, between: 0.001, within: 0.01 };
    expect(stretchesOf('self', seriesOf(windowsOf(steady, HOUR, during(0.2, [20, 35]))))).toEqual([]);
  });

  it('is a time of failures, and no single one', () => {
    const failing = Array.from({ length: HOUR }, (_, i) => flat(i >= 120 && i < 210 ? 0.2 : 0, 10));
    expect(stretchesOf('error', seriesOf(failing))).toMatchObject([{ from: FIRST + 120, to: FIRST + 210 }]);
    const once = Array.from({ length: HOUR }, (_, i) => flat(i % 50 === 0 ? 0.1 : 0, 10));
    expect(stretchesOf('error', seriesOf(once))).toEqual([]);
  });

  it('looks at longer blocks where there is little', () => {
    const rare = windowsOf({ ...TRUTH, traces: 1 }, 2 * HOUR, during(2, [40, 70])).filter(
      (_, i) => i % 4 === 0,
    );
    const series = seriesOf(rare);
    for (let i = 0; i < series.length; i++) series.window[i] = FIRST + i * 4;
    expect(stretchesOf('self', series)).toMatchObject([{ blockWindows: 30 }]);
  });

  it('asks nothing of calls', () => {
    const calls = Array.from({ length: HOUR }, (_, i) => flat(i < 90 ? 5 : 1, 10));
    expect(stretchesOf('calls', seriesOf(calls))).toEqual([]);
  });
});
