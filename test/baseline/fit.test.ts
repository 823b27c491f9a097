import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchFit, fitBaseline, standardError } from '../../src/baseline/index.ts';
import { leastBetween } from '../../src/baseline/fit.ts';
import { quantile, trimmedMean, weightedMedian } from '../../src/baseline/robust.ts';
import { createRandom } from '../../src/runtime/index.ts';
import { tableOf } from '../summarise/summaries.ts';
import { batchOf, errorOfLevel, flat, seriesOf, START_MS, type Truth, windowsOf } from './simulated.ts';

const TRUTH: Truth = { level: 9, between: 0.08, within: 0.4, traces: 40, seed: 1 };
const HOUR = 360;

describe('a fit to data of known truth', () => {
  it.each<[string, Truth]>([
    ['a busy component', TRUTH],
    ['a noisy one', { ...TRUTH, between: 0.3, within: 0.8 }],
    ['one with few traces', { ...TRUTH, traces: 5 }],
  ])('recovers level and spreads of %s', (_, truth) => {
    const seeds = Array.from({ length: 10 }, (_2, i) => i + 1);
    const fits = seeds.map((seed) => fitBaseline('self', seriesOf(windowsOf({ ...truth, seed }, HOUR))));
    const mean = (value: (fit: (typeof fits)[number]) => number): number =>
      fits.reduce((sum, fit) => sum + value(fit), 0) / fits.length;
    for (const fit of fits) {
      expect(Math.abs(fit.level - truth.level)).toBeLessThan(4 * errorOfLevel(truth, HOUR));
      expect(fit.windows).toBe(HOUR);
    }
    expect(mean((fit) => Math.sqrt(fit.within)) / truth.within).toBeGreaterThan(0.9);
    expect(mean((fit) => Math.sqrt(fit.within)) / truth.within).toBeLessThan(1.05);
    // Where traces are few the spread between windows is a small difference of larger numbers.
    const slack = truth.traces < 10 ? 0.4 : 0.12;
    expect(Math.abs(mean((fit) => Math.sqrt(fit.between[0])) / truth.between - 1)).toBeLessThan(slack);
    expect(mean((fit) => fit.inflation)).toBeLessThan(1.1);
  });

  it('sees less spread in longer sums of independent windows', () => {
    const fit = fitBaseline('self', seriesOf(windowsOf({ ...TRUTH, between: 0.3 }, HOUR * 2)));
    expect(fit.between[1] / fit.between[0]).toBeCloseTo(1 / 3, 0);
    expect(fit.between[3]).toBeLessThan(fit.between[1]);
  });

  it('is calibrated: standardised deviations of new windows are as wide as a normal law says', () => {
    const fit = fitBaseline('self', seriesOf(windowsOf(TRUTH, HOUR)));
    const fresh = windowsOf({ ...TRUTH, seed: 99 }, HOUR);
    const beyond = fresh.filter(
      ({ sum, count }) => Math.abs(sum / count - fit.level) > 1.96 * standardError(fit, 0, count),
    ).length;
    expect(beyond / HOUR).toBeGreaterThan(0.01);
    expect(beyond / HOUR).toBeLessThan(0.09);
  });

  it('of a component that never varied keeps the least spread', () => {
    const fit = fitBaseline('self', seriesOf(Array.from({ length: 100 }, () => flat(9, 20))));
    expect(fit.level).toBeCloseTo(9, 9);
    expect(fit.between[0]).toBe(leastBetween('self'));
    expect(fit.within).toBeGreaterThan(0);
  });

  it('is finite and sound for any windows', () => {
    const window = fc
      .record({
        count: fc.integer({ min: 1, max: 1000 }),
        value: fc.double({ min: 0, max: 30, noNaN: true }),
        within: fc.double({ min: 0, max: 5, noNaN: true }),
      })
      .map(({ count, value, within }) => flat(value, count, within));
    const kind = fc.constantFrom('self', 'error', 'calls', 'total');
    fc.assert(
      fc.property(fc.array(window, { minLength: 1, maxLength: 80 }), kind, (windows, of) => {
        // A ratio lies between 0 and 1.
        const scale = of === 'error' ? 1 / 30 : 1;
        const scaled = windows.map((w) => ({
          ...w,
          sum: w.sum * scale,
          sumOfSquares: w.sumOfSquares * scale,
        }));
        const fit = fitBaseline(of, seriesOf(scaled));
        expect(Number.isFinite(fit.level)).toBe(true);
        expect(fit.within).toBeGreaterThan(of === 'error' ? -Infinity : 0);
        for (const between of fit.between) expect(between).toBeGreaterThanOrEqual(leastBetween(of));
        expect(fit.inflation).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 100 },
    );
  });
});

describe('faults in what is learned from', () => {
  /** Two episodes, together a tenth of the hour. */
  const contaminated = (by: number) =>
    windowsOf(TRUTH, HOUR, (i) => ((i >= 100 && i < 118) || (i >= 250 && i < 268) ? by : 0));
  const clean = fitBaseline('self', seriesOf(windowsOf(TRUTH, HOUR)));

  it('of a size that is not looked for, move the level by less than a quarter of what anybody would notice', () => {
    const fit = fitBaseline('self', seriesOf(contaminated(0.5)));
    expect(Math.abs(fit.level - clean.level)).toBeLessThan(Math.log(1.25) / 4);
  });

  it.each([1, 3])(
    'in two episodes, a tenth of the windows, shifted by %d: the level moves by less than 2 errors',
    (by) => {
      const fit = fitBaseline('self', seriesOf(contaminated(by)));
      expect(Math.abs(fit.level - clean.level)).toBeLessThan(2 * errorOfLevel(TRUTH, HOUR));
      expect(Math.sqrt(fit.between[0] / clean.between[0])).toBeLessThan(1.35);
    },
  );

  it.each([1, 3])('shifted by %d do not hide the next one', (by) => {
    const fit = fitBaseline('self', seriesOf(contaminated(by)));
    expect(1 / standardError(fit, 0, TRUTH.traces)).toBeGreaterThan(5);
  });

  it('that recur in many episodes are a habit, and widen the spread', () => {
    const habit = windowsOf(TRUTH, HOUR, (i) => (i % 45 < 2 ? 1.5 : 0));
    const fit = fitBaseline('self', seriesOf(habit));
    expect(fit.inflation * Math.sqrt(fit.between[0])).toBeGreaterThan(
      clean.inflation * Math.sqrt(clean.between[0]),
    );
  });
});

describe('ratios and calls', () => {
  it('a component that never failed can still fail: its spread is Jeffreys’', () => {
    const fit = fitBaseline('error', seriesOf(Array.from({ length: 100 }, () => flat(0, 10))));
    expect(fit.level).toBeLessThan(1e-6);
    expect(fit.within).toBeCloseTo(0.5 / 1001, 5);
  });

  it('a background of one error in a hundred is recovered', () => {
    const random = createRandom(5);
    const windows = Array.from({ length: HOUR }, () => {
      const failed = Array.from({ length: 100 }, () => Number(random() < 0.01)).reduce((a, b) => a + b, 0);
      return { count: 100, sum: failed, sumOfSquares: failed };
    });
    const fit = fitBaseline('error', seriesOf(windows));
    expect(Math.abs(fit.level - 0.01)).toBeLessThan(4 * Math.sqrt(0.0099 / 36_000));
    expect(fit.within).toBeCloseTo(0.0099, 2);
  });

  it('a burst of errors does not become the background', () => {
    const windows = Array.from({ length: HOUR }, (_, i) =>
      i >= 100 && i < 120 ? flat(0.5, 100) : flat(0, 100),
    );
    expect(fitBaseline('error', seriesOf(windows)).level).toBeLessThan(0.005);
  });

  it('a call always made once, and the windows in which it went missing', () => {
    const windows = Array.from({ length: HOUR }, (_, i) => flat(i >= 100 && i < 130 ? 0 : 1, 20));
    const fit = fitBaseline('calls', seriesOf(windows));
    expect(fit.level).toBeCloseTo(1, 1);
    expect(standardError(fit, 0, 20)).toBeLessThan(0.15);
  });
});

describe('learning from the past at once', () => {
  const { table, self } = tableOf(3);

  it('leaves out excluded windows and components with too little', () => {
    const excluded = [{ fromMs: START_MS + 100 * 10_000, toMs: START_MS + 200 * 10_000 }];
    const fit = new BatchFit(table, excluded);
    const windows = windowsOf(TRUTH, HOUR, (i) => (i >= 100 && i < 200 ? 2 : 0));
    windows.forEach((window, i) => fit.observe(batchOf(self[0], i, window)));
    for (let i = 0; i < 5; i++) fit.observe(batchOf(self[1], i, flat(9, 100)));
    for (let i = 0; i < 15; i++) fit.observe(batchOf(self[2], i, flat(9, 1)));
    const fitted = fit.fit();
    expect([...fitted.keys()]).toEqual([self[0]]);
    expect(Math.abs((fitted.get(self[0])?.level ?? 0) - TRUTH.level)).toBeLessThan(0.05);
    expect(fitted.get(self[0])?.windows).toBe(HOUR - 100);
  });

  it('shrinks the spreads of a component with few windows to those of its kind', () => {
    const alone = new BatchFit(table, []);
    const together = new BatchFit(table, []);
    const few = Array.from({ length: 12 }, () => flat(7, 20, 0.3));
    few.forEach((window, i) => alone.observe(batchOf(self[0], i, window)));
    few.forEach((window, i) => together.observe(batchOf(self[0], i, window)));
    windowsOf({ ...TRUTH, between: 0.3 }, HOUR).forEach((window, i) =>
      together.observe(batchOf(self[1], i, window)),
    );
    const spread = (fit: BatchFit): number => fit.fit().get(self[0])?.between[0] ?? 0;
    expect(spread(together)).toBeGreaterThan(3 * spread(alone));
  });
});

describe('robust statistics', () => {
  it('have their textbook values', () => {
    expect(weightedMedian(Float64Array.of(3, 1, 2), Float64Array.of(1, 1, 1))).toBe(2);
    expect(weightedMedian(Float64Array.of(3, 1, 2), Float64Array.of(10, 1, 1))).toBe(3);
    expect(weightedMedian(new Float64Array(0), new Float64Array(0))).toBeNaN();
    expect(trimmedMean([1, 2, 3, 100], 0.25)).toBe(2);
    expect(trimmedMean([5], 0.5)).toBe(5);
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([1, 2, 3], 1)).toBe(3);
    expect(quantile([7], 0.3)).toBe(7);
  });
});
