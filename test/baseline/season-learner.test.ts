import { describe, expect, it } from 'vitest';
import {
  type Baseline,
  DEFAULT_LEARNER_OPTIONS,
  Learner,
  type LevelShift,
} from '../../src/baseline/index.ts';
import { restLevel } from '../../src/baseline/season-level.ts';
import { tableOf } from '../summarise/summaries.ts';
import { baselineOf, batchOf, START_MS, type Truth, windowsOf } from './simulated.ts';

const DAY = 8640;
const HOUR = 360;
const AMPLITUDE = 0.4;
const TRUTH: Truth = { level: 9, between: 0.03, within: 0.3, traces: 5, seed: 5 };
const { table, self } = tableOf(1);
/** By windows since START_MS, which is a noon: slowest then. */
const rhythm = (i: number): number => AMPLITUDE * Math.cos((2 * Math.PI * i) / DAY);
/** Of UTC: noon is half a turn. */
const season = { harmonics: Float64Array.of(-AMPLITUDE, 0, 0, 0), slots: new Float64Array(0) };
const fresh = (change: Partial<Baseline> = {}): Baseline => ({
  ...baselineOf(9, { windows: 2160, values: 10_800, between: new Float64Array(4).fill(0.001) }),
  ...change,
});

function learnerOf(baseline: Baseline): { learner: Learner; shifts: LevelShift[] } {
  const learner = new Learner(table, DEFAULT_LEARNER_OPTIONS);
  const shifts: LevelShift[] = [];
  learner.adopt([[self[0], baseline]]);
  learner.onAdopted = (shift) => shifts.push(shift);
  return { learner, shifts };
}

describe('a day of a rhythm that is known', () => {
  const day = windowsOf(TRUTH, DAY, rhythm);

  it('is expected hour by hour, is no new level, and widens nothing', () => {
    const baseline = fresh({ season, inLevel: 0 });
    const { learner, shifts } = learnerOf(baseline);
    day.forEach((window, i) => {
      learner.observe(batchOf(self[0], i, window));
      if (i % HOUR === 0) expect(Math.abs(baseline.level - (9 + rhythm(i)))).toBeLessThan(0.03);
    });
    expect(shifts).toEqual([]);
    expect(baseline.between[3]).toBeLessThan(0.002);
    expect(Math.abs(restLevel(baseline) - 9)).toBeLessThan(0.03);
    expect(baseline.season).toBe(season);
  });

  it('without a season is new levels, and a wide spread', () => {
    const baseline = fresh();
    const { learner, shifts } = learnerOf(baseline);
    day.forEach((window, i) => learner.observe(batchOf(self[0], i, window)));
    expect(shifts.length + baseline.between[3] / 0.01).toBeGreaterThan(1);
    expect(baseline.between[3]).toBeGreaterThan(0.01);
  });
});

describe('a level that shifts on the way', () => {
  it('downwards is adopted beside the season, and told as it is at that hour', () => {
    const baseline = fresh({ season, inLevel: 0 });
    const { learner, shifts } = learnerOf(baseline);
    const at = 6 * HOUR;
    windowsOf(TRUTH, 8 * HOUR, (i) => rhythm(i) - (i >= at ? 0.5 : 0)).forEach((window, i) =>
      learner.observe(batchOf(self[0], i, window)),
    );
    expect(shifts).toHaveLength(1);
    expect(Math.abs(restLevel(baseline) - 8.5)).toBeLessThan(0.03);
    const told = 9 + rhythm(at + HOUR / 2);
    expect(Math.abs(shifts[0].from - told)).toBeLessThan(0.1);
    expect(shifts[0].to - shifts[0].from).toBeCloseTo(-0.5, 1);
  });

  it('is what a person says it is, whether the windows wait or not', () => {
    for (const hoursLater of [0.2, 6]) {
      const baseline = fresh({ season, inLevel: 0 });
      const { learner } = learnerOf(baseline);
      // Two in the afternoon to twenty past: firing; asked at night.
      const [from, to] = [2 * HOUR, 2 * HOUR + 120];
      const end = to + hoursLater * HOUR;
      windowsOf(TRUTH, end, (i) => rhythm(i) + (i >= from && i < to ? 0.6 : 0)).forEach((window, i) =>
        learner.observe(batchOf(self[0], i, window)),
      );
      const firing = [[START_MS + from * 10_000, START_MS + to * 10_000]] as const;
      learner.adoptNow(self[0], firing, 9.6 + rhythm(to));
      expect(Math.abs(restLevel(baseline) - 9.6)).toBeLessThan(0.04);
      expect(Math.abs(baseline.level - (9.6 + rhythm(end)))).toBeLessThan(0.06);
    }
  });
});

it('a learner that was stored goes on with its season where it was', () => {
  const windows = windowsOf(TRUTH, 4 * HOUR, rhythm).map((window, i) => batchOf(self[0], i, window));
  const { learner } = learnerOf(fresh({ season, inLevel: 0 }));
  for (const window of windows.slice(0, 3 * HOUR)) learner.observe(window);
  const { learner: other } = learnerOf(fresh());
  // One that has been further: what it was moved to counts no more.
  other.moveTo(START_MS + 3 * HOUR * 10_000);
  other.restore(structuredClone(learner.snapshot()));
  for (const window of windows.slice(3 * HOUR)) {
    learner.observe(window);
    other.observe(window);
    expect(other.baselines[self[0]]?.level).toBe(learner.baselines[self[0]]?.level);
  }
  expect(other.baselines[self[0]]).toEqual(learner.baselines[self[0]]);
});
