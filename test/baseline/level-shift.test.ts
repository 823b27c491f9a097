import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Freeze, type LevelShift, Learner } from '../../src/baseline/index.ts';
import { parseComponent } from '../../src/domain/component-grammar.ts';
import { ComponentTable } from '../../src/domain/component-table.ts';
import { Names } from '../../src/domain/names.ts';
import { baselineOf, batchOf, START_MS, windowsOf } from './simulated.ts';

const MINUTE = 6;
const HOUR = 360;
const QUIET = 60;
const SELF = 'self(pay, Charge)';
const OPTIONS = { lagMs: 1_800_000, memoryWindows: 2160 };

interface Scene {
  readonly key?: string;
  readonly level?: number;
  readonly seed?: number;
  readonly length: number;
  /** Added to the level, by window since the quiet hour. */
  readonly shift: (i: number) => number;
  readonly freeze?: Freeze;
}

/** What a learner adopts of a component whose level is `level + shift`, by window since the quiet ones. */
function adoptions({ key = SELF, level = 9, seed = 1, length, shift, freeze }: Scene) {
  const table = new ComponentTable(new Names());
  const learner = new Learner(table, OPTIONS);
  const component = table.intern(parseComponent(key));
  learner.adopt([
    [component, baselineOf(level, { between: new Float64Array(4).fill(0.03 ** 2), within: 0.04 })],
  ]);
  const adopted: (LevelShift & { at: number; level: number })[] = [];
  if (freeze !== undefined) learner.freeze('i-1', freeze);
  const truth = { level, between: 0.03, within: 0.2, traces: 30, seed };
  const windows = windowsOf(truth, QUIET + length, (i) => (i < QUIET ? 0 : shift(i - QUIET)));
  windows.forEach((window, n) => {
    learner.onAdopted = (one) =>
      adopted.push({ ...one, at: n - QUIET, level: learner.baselines[component]?.level ?? 0 });
    learner.observe(batchOf(component, n, window));
  });
  return { adopted, level: learner.baselines[component]?.level ?? Number.NaN };
}

const sized = fc.record({ size: fc.double({ min: 0.3, max: 3, noNaN: true }), seed: fc.nat(10_000) });

describe('a new level', () => {
  it('that is faster is adopted within the half hour, at what it is', () => {
    let inTime = 0;
    const runs = 40;
    for (let seed = 0; seed < runs; seed++) {
      const size = 0.3 + (seed % 10) / 5;
      const { adopted, level } = adoptions({ length: HOUR, shift: () => -size, seed });
      expect(adopted.length).toBeGreaterThanOrEqual(1);
      expect(adopted[0]).toMatchObject({ harmless: true });
      expect(Math.abs(level - (9 - size))).toBeLessThan(0.05);
      if (adopted[0].at <= 30 * MINUTE) inTime++;
      expect(adopted[0].at).toBeGreaterThanOrEqual(20 * MINUTE);
      expect(adopted[0].at).toBeLessThan(50 * MINUTE);
      expect(Math.abs(adopted[0].sinceMs - (START_MS + QUIET * 10_000))).toBeLessThanOrEqual(120_000);
    }
    expect(inTime / runs).toBeGreaterThan(0.8);
  });

  it('of the calls is adopted within the half hour, unless an incident covers it', () => {
    const scene = {
      key: 'calls(shop, Buy -> pay, Charge)',
      level: 1.2,
      length: HOUR,
      shift: () => -0.6,
      seed: 3,
    };
    expect(adoptions(scene).adopted[0]).toMatchObject({ harmless: true });
    const freeze = { fromMs: START_MS, toMs: START_MS + 3_600_000 * 9 };
    expect(adoptions({ ...scene, freeze }).adopted).toEqual([]);
  });

  it('that is slower is adopted after a day, not before', () => {
    const { adopted, level } = adoptions({ length: 30 * HOUR, shift: () => 0.7, seed: 5 });
    expect(adopted[0].harmless).toBe(false);
    expect(adopted[0].at).toBeGreaterThanOrEqual(23.9 * HOUR);
    expect(adopted[0].at).toBeLessThanOrEqual(28 * HOUR);
    expect(Math.abs(level - 9.7)).toBeLessThan(0.06);
  });

  it('keeps what waits of the old level from pulling it back', () => {
    const { adopted, level } = adoptions({ length: 2 * HOUR, shift: () => -1.5, seed: 6 });
    expect(adopted).toHaveLength(1);
    expect(Math.abs(level - adopted[0].to)).toBeLessThan(0.03);
  });
});

describe('what is no new level', () => {
  it('a quiet component has none', () => {
    for (let seed = 0; seed < 20; seed++)
      expect(adoptions({ length: 6 * HOUR, shift: () => 0, seed }).adopted).toEqual([]);
  });

  it('an outage that ends is never adopted, however deep, up to 20 hours', () => {
    fc.assert(
      fc.property(sized, fc.integer({ min: 1, max: 20 }), ({ size, seed }, hours) => {
        const { adopted } = adoptions({
          length: (hours + 1) * HOUR,
          shift: (i) => (i < hours * HOUR ? size : 0),
          seed,
        });
        return adopted.length === 0;
      }),
      { numRuns: 15 },
    );
  });

  it('a short dip is not, though it does no harm', () => {
    fc.assert(
      fc.property(sized, ({ size, seed }) => {
        const { adopted } = adoptions({ length: HOUR, shift: (i) => (i < 20 * MINUTE ? -size : 0), seed });
        return adopted.length === 0;
      }),
      { numRuns: 30 },
    );
  });

  it('a ramp is not while it grows, in either direction', () => {
    fc.assert(
      fc.property(sized, fc.constantFrom(-1, 1), ({ size, seed }, sign) => {
        const hours = 2;
        const { adopted } = adoptions({
          length: hours * HOUR,
          shift: (i) => (sign * (1 + size) * i) / (hours * HOUR),
          seed,
        });
        return adopted.length === 0;
      }),
      { numRuns: 40 },
    );
  });

  it('failing half of the time is not, not after two days', () => {
    const { adopted } = adoptions({
      key: 'error(pay, Charge)',
      level: 0.01,
      length: 50 * HOUR,
      shift: () => 0.5,
      seed: 2,
    });
    expect(adopted).toEqual([]);
  });
});

describe('a person who says that it is normal now', () => {
  it('is followed at once, from the windows of the incident', () => {
    const table = new ComponentTable(new Names());
    const learner = new Learner(table, OPTIONS);
    const component = table.intern(parseComponent(SELF));
    learner.adopt([[component, baselineOf(9)]]);
    const adopted: LevelShift[] = [];
    learner.onAdopted = (one) => adopted.push(one);
    const windows = windowsOf({ level: 9, between: 0.01, within: 0.1, traces: 40, seed: 1 }, 60, (i) =>
      i < 30 ? 0 : 2,
    );
    windows.forEach((window, n) => learner.observe(batchOf(component, n, window)));
    learner.adoptNow(component, [[START_MS + 300_000, START_MS + 600_000]], 99);
    expect(learner.baselines[component]?.level).toBeCloseTo(11, 1);
    expect(adopted).toMatchObject([{ from: 9, sinceMs: START_MS + 300_000 }]);
    // What waits no more: as the evidence has it.
    learner.adoptNow(component, [[0, 1000]], 12);
    expect(learner.baselines[component]?.level).toBe(12);
  });
});
