import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Baseline,
  baselinesAt,
  BatchFit,
  fitBaseline,
  momentOf,
  restLevel,
  type Season,
  seasonAt,
} from '../../src/baseline/index.ts';
import { fitSeason } from '../../src/baseline/fit-season.ts';
import { HourSums } from '../../src/baseline/hour-sums.ts';
import { moveSeason } from '../../src/baseline/season-level.ts';
import { createRandom } from '../../src/runtime/index.ts';
import { tableOf } from '../summarise/summaries.ts';
import { baselineOf, batchOf, normals, seriesOf, START_MS, windowsOf } from './simulated.ts';

const DAY = 8640;
const FIRST = START_MS / 10_000;
/** Slowest at 14:00 UTC. */
const rhythm = (amplitude: number) => (window: number) =>
  amplitude * Math.cos((2 * Math.PI * (window - 14 * 360)) / DAY);

interface Wandering {
  readonly seed: number;
  readonly days: number;
  /** What the hours do, by window number. */
  readonly shift?: (window: number) => number;
  /** Standard deviation of a level that wanders, and the hours that it takes. */
  readonly wander?: number;
  readonly hours?: number;
}

/** Hours of windows with 10 traces of a spread of .4 and a window's own of .05, beginning at noon. */
function hoursOf({ seed, days, shift = () => 0, wander = 0, hours = 6 }: Wandering): HourSums {
  const normal = normals(createRandom(seed));
  const stays = Math.exp(-1 / (hours * 360));
  const sums = new HourSums();
  let level = wander * normal();
  for (let i = 0; i < days * DAY; i++) {
    level = stays * level + wander * Math.sqrt(1 - stays ** 2) * normal();
    const mean = 9 + level + shift(FIRST + i) + (0.05 + 0.4 / Math.sqrt(10)) * normal();
    sums.add(FIRST + i, 10, 10 * mean, 10 * mean ** 2 + 9 * 0.16);
  }
  return sums;
}

const seasonOf = (of: Wandering): Season | undefined =>
  fitSeason(hoursOf(of), { first: FIRST, last: FIRST + of.days * DAY - 1 });

/** Root mean square over a week of what a season leaves of the truth, beside a constant. */
function leftBy(season: Season | undefined, truth: (window: number) => number): number {
  const off: number[] = [];
  for (let i = 0; i < 7 * DAY; i += 60)
    off.push((season === undefined ? 0 : seasonAt(season, momentOf(FIRST + i))) - truth(FIRST + i));
  const mean = off.reduce((a, b) => a + b, 0) / off.length;
  return Math.sqrt(off.reduce((sum, each) => sum + (each - mean) ** 2, 0) / off.length);
}

describe('a season of hours of known truth', () => {
  it.each([
    [2, 0.25],
    [3, 0.15],
    [7, 0.1],
  ])('of %d days is the rhythm but for %d of it', (days, part) => {
    for (let seed = 1; seed <= 5; seed++)
      expect(leftBy(seasonOf({ seed, days, shift: rhythm(0.12) }), rhythm(0.12))).toBeLessThan(
        (part * 0.12) / Math.SQRT2,
      );
  });

  it('is none of less than two whole days, however clear the rhythm', () => {
    const shift = rhythm(0.5);
    const hour = 1 / 24;
    expect(seasonOf({ seed: 1, days: 1, shift })).toBeUndefined();
    expect(seasonOf({ seed: 1, days: 2 - hour, shift })).toBeUndefined();
    expect(seasonOf({ seed: 1, days: 2, shift })?.slots).toHaveLength(0);
  });

  it.each([
    ['nothing', 0, 1],
    ['a wander of an hour', 0.05, 1],
    ['a wander of six hours', 0.1, 6],
    ['a wander of a day', 0.1, 24],
  ])('is made of %s by chance in a few of a hundred, and then it is small', (_, wander, hours) => {
    const seasons = Array.from({ length: 100 }, (_2, i) => {
      const days = 2 + (i % 3);
      return seasonOf({ seed: i + 1, days, wander, hours });
    });
    const made = seasons.filter((season) => season !== undefined);
    expect(made.length).toBeLessThanOrEqual(4);
    for (const season of made) expect(leftBy(season, () => 0)).toBeLessThan(0.6 * wander);
  });

  it('of two days that do not agree is none', () => {
    const shift = (window: number) => (window < FIRST + DAY ? 1 : -1) * rhythm(0.3)(window);
    expect(seasonOf({ seed: 1, days: 2, shift })).toBeUndefined();
  });

  it('a fault of two hours in one day of three makes none, and spoils none', () => {
    const fault = (window: number): number =>
      window >= FIRST + 1.2 * DAY && window < FIRST + 1.2 * DAY + 720 ? 1.5 : 0;
    expect(leftBy(seasonOf({ seed: 1, days: 3, shift: fault }), () => 0)).toBeLessThan(0.01);
    const both = (window: number) => fault(window) + rhythm(0.2)(window);
    expect(leftBy(seasonOf({ seed: 1, days: 3, shift: both }), rhythm(0.2))).toBeLessThan(0.06);
  });

  const weekend = (window: number): number => {
    const day = (Math.floor(window / DAY) + 4) % 7;
    return rhythm(0.1)(window) - (day === 0 || day === 6 ? 0.2 : 0);
  };
  it('has slots of the week from two weeks on', () => {
    const week = seasonOf({ seed: 1, days: 13, shift: weekend });
    expect(week?.slots).toHaveLength(0);
    const two = seasonOf({ seed: 1, days: 14, shift: weekend });
    expect(two?.slots).toHaveLength(168);
    // The night on which a weekend begins is the edge of a cliff.
    expect(leftBy(two, weekend)).toBeLessThan(0.4 * leftBy(week, weekend));
  });

  it('has slots without a fault of one week', () => {
    const fault = (window: number): number =>
      window >= FIRST + 3 * DAY && window < FIRST + 3 * DAY + 720 ? 1.5 : 0;
    const season = seasonOf({ seed: 1, days: 14, shift: (window) => weekend(window) + fault(window) });
    const clean = seasonOf({ seed: 1, days: 14, shift: weekend });
    const [spoilt, without] = [season, clean].map(
      (of) => of && seasonAt(of, momentOf(FIRST + 3 * DAY + 360)),
    );
    expect(spoilt).toBeCloseTo(without ?? Number.NaN, 1);
  });

  it('has no slots of a wander', () => {
    for (let seed = 1; seed <= 10; seed++)
      expect(seasonOf({ seed, days: 14, wander: 0.1 })?.slots.length ?? 0).toBe(0);
  });

  it('moves smoothly, from one window to the next and over the end of the week', () => {
    const bounded = fc.double({ min: -0.5, max: 0.5, noNaN: true });
    const season = fc.record({
      harmonics: fc.array(bounded, { minLength: 4, maxLength: 4 }).map((of) => Float64Array.from(of)),
      slots: fc.array(bounded, { minLength: 168, maxLength: 168 }).map((of) => Float64Array.from(of)),
    });
    fc.assert(
      fc.property(season, fc.integer({ min: 0, max: 7 * DAY }), (of, window) => {
        const next = seasonAt(of, momentOf(window + 1));
        expect(Math.abs(seasonAt(of, momentOf(window)) - next)).toBeLessThan(1 / 360 + 0.003);
        expect(seasonAt(of, momentOf(window + 7 * DAY))).toBeCloseTo(seasonAt(of, momentOf(window)), 9);
      }),
    );
    // A Monday, 09:30 UTC: the middle of slot 9.
    const slots = new Float64Array(168);
    slots[9] = 1;
    const monday = Date.UTC(2026, 4, 4, 9, 30) / 10_000;
    expect(seasonAt({ harmonics: new Float64Array(4), slots }, momentOf(monday))).toBeCloseTo(1, 2);
  });
});

describe('a fit of days', () => {
  const truth = { level: 9, between: 0.02, within: 0.3, traces: 5, seed: 3 };
  const { table, self } = tableOf(1);
  const windows = (days: number, amplitude: number) =>
    windowsOf(truth, days * DAY, (i) => rhythm(amplitude)(FIRST + i));
  function fitOf(component: number, days: number, amplitude: number): Baseline | undefined {
    const fit = new BatchFit(table, []);
    windows(days, amplitude).forEach((window, i) => fit.observe(batchOf(component, i, window)));
    return fit.fit().get(component);
  }

  it('has its level and spreads of what the season leaves', () => {
    const baseline = fitOf(self[0], 2, 0.3);
    const still = fitOf(self[0], 2, 0);
    const wide = fitBaseline('self', seriesOf(windows(1, 0.3)));
    expect(baseline?.season).toBeDefined();
    expect(still?.season).toBeUndefined();
    if (baseline === undefined || still === undefined) return;
    expect(Math.abs(baseline.level - 9)).toBeLessThan(0.01);
    for (const scale of [0, 3]) {
      expect(baseline.between[scale]).toBeLessThan(2.5 * still.between[scale]);
      expect(baseline.between[scale]).toBeLessThan(wide.between[scale] / 5);
    }
    expect(baseline.within / still.within).toBeCloseTo(1, 1);
    moveSeason(baseline, momentOf(FIRST));
    expect(Math.abs(baseline.level - (9 + rhythm(0.3)(FIRST)))).toBeLessThan(0.03);
    expect(Math.abs(restLevel(baseline) - 9)).toBeLessThan(0.01);
  });

  it('of less than two days is to the last bit what it was', () => {
    const { within, between, inflation } = fitBaseline('self', seriesOf(windows(1, 0.3)));
    const fitted = fitBaseline('self', seriesOf(windows(1, 0.3)), { within, between, inflation });
    const { tail, ...rest } = fitOf(self[0], 1, 0.3) ?? baselineOf(0);
    expect(tail).toBeDefined();
    expect(rest).toEqual(fitted);
  });

  it('gives no season to what is no time', () => {
    expect(fitOf(table.internKey('calls(a, x -> b, y)'), 2, 0.3)).not.toHaveProperty('season');
  });
});

describe('baselines at another time', () => {
  it('are copies of those with a season, and the same without any', () => {
    const season = { harmonics: Float64Array.of(0.1, 0, 0, 0), slots: new Float64Array(0) };
    const still = [baselineOf(7), undefined];
    expect(baselinesAt(still, START_MS)).toBe(still);
    const moving = [baselineOf(7), baselineOf(8, { season, inLevel: 0 })];
    const noon = baselinesAt(moving, START_MS);
    expect(noon[0]).toBe(moving[0]);
    expect(noon[1]?.level).toBeCloseTo(7.9, 4);
    expect(moving[1]?.level).toBe(8);
    expect(baselinesAt(noon, START_MS + 43_200_000)[1]?.level).toBeCloseTo(8.1, 4);
  });
});
