import { describe, expect, it } from 'vitest';
import { type Freeze, Learner, Series } from '../../src/baseline/index.ts';
import { parseComponent } from '../../src/domain/component-grammar.ts';
import { ComponentTable } from '../../src/domain/component-table.ts';
import { Names } from '../../src/domain/names.ts';
import { baselineOf, batchOf, flat, START_MS, windowsOf } from './simulated.ts';

const LAG_WINDOWS = 180;
const OPTIONS = { lagMs: LAG_WINDOWS * 10_000, memoryWindows: 360 };
const TRUTH = { level: 9, between: 0.1, within: 0.3, traces: 30, seed: 4 };
const atMs = (window: number): number => START_MS + window * 10_000;

function learning(excluded: readonly Freeze[] = []) {
  const table = new ComponentTable(new Names());
  const learner = new Learner(table, OPTIONS, excluded);
  const id = (key: string): number => table.intern(parseComponent(key));
  const known = id('self(pay, Charge)');
  learner.adopt([[known, baselineOf(9)]]);
  const level = (component = known): number => learner.baselines[component]?.level ?? Number.NaN;
  return { table, learner, id, known, level };
}

describe('learning on line', () => {
  it('lags: a window counts only when it is half an hour old', () => {
    const { learner, known, level } = learning();
    for (let n = 0; n <= LAG_WINDOWS; n++) learner.observe(batchOf(known, n, flat(9.15, 50, 0.3)));
    expect(level()).toBe(9);
    learner.observe(batchOf(known, LAG_WINDOWS + 1, flat(9.15, 50, 0.3)));
    expect(level()).toBeGreaterThan(9);
  });

  it('follows a new level in time, and forgets the old one', () => {
    const { learner, known, level } = learning();
    windowsOf({ ...TRUTH, level: 9.2 }, 3000).forEach((window, n) =>
      learner.observe(batchOf(known, n, window)),
    );
    expect(Math.abs(level() - 9.2)).toBeLessThan(0.05);
    const baseline = learner.baselines[known];
    expect(Math.sqrt(baseline?.within ?? 0)).toBeCloseTo(0.3, 1);
    expect(Math.sqrt(baseline?.between[0] ?? 0)).toBeLessThan(0.2);
    expect(Math.sqrt(baseline?.between[0] ?? 0)).toBeGreaterThan(0.05);
  });

  it('stays where it is while nothing changes', () => {
    const { learner, known, level } = learning();
    windowsOf(TRUTH, 2000).forEach((window, n) => learner.observe(batchOf(known, n, window)));
    expect(Math.abs(level() - 9)).toBeLessThan(0.05);
  });

  it('one monstrous window moves it by a hair', () => {
    const { learner, known, level } = learning();
    learner.observe(batchOf(known, 0, flat(30, 50)));
    for (let n = 1; n <= LAG_WINDOWS + 1; n++) learner.observe(batchOf(known, n, flat(9, 50, 0.3)));
    expect(level() - 9).toBeGreaterThan(0);
    expect(level() - 9).toBeLessThan(0.005);
  });

  it('does not learn a ramp that an incident covers', () => {
    const ramp = (n: number) => flat(9 + Math.min(0.2, Math.max(0, n - 100) * 0.01), 50, 0.3);
    const { learner, known, level, table } = learning();
    const services = new Set([table.names.service({ environment: '', namespace: '', name: 'pay' })]);
    for (let n = 0; n < 600; n++) {
      // The incident opens late in the ramp, long before the lag has passed, and says since when.
      if (n >= 120) learner.freeze('incident', { fromMs: atMs(90), toMs: atMs(n + 24), services });
      learner.observe(batchOf(known, n, ramp(n)));
    }
    expect(Math.abs(level() - 9)).toBeLessThan(0.01);
    const bare = learning();
    for (let n = 0; n < 600; n++) bare.learner.observe(batchOf(bare.known, n, ramp(n)));
    expect(bare.level() - 9).toBeGreaterThan(0.03);
  });

  it('goes on when the incident is over', () => {
    const { learner, known, level } = learning();
    learner.freeze('incident', { fromMs: atMs(0), toMs: atMs(50) });
    for (let n = 0; n < 50 + LAG_WINDOWS; n++) learner.observe(batchOf(known, n, flat(9.2, 50, 0.3)));
    expect(level()).toBe(9);
    for (let n = 50 + LAG_WINDOWS; n < 400; n++) learner.observe(batchOf(known, n, flat(9.2, 50, 0.3)));
    expect(level()).toBeGreaterThan(9.02);
  });

  it('freezes what touches the services of the incident, and nothing else', () => {
    const { learner, id, table } = learning();
    const touching = [
      'self(pay, Charge)',
      'request(web -> pay, Charge)',
      'response(pay -> bank, Ask)',
      'dependency(pay -> db)',
      'calls(web, GET / -> pay, Charge)',
      'error(pay, Charge)',
    ];
    const apart = [
      'self(web, GET /)',
      'request(web -> cart, Get)',
      'dependency(cart -> db)',
      'calls(web, GET / -> cart, Get)',
    ];
    const services = new Set([table.names.service({ environment: '', namespace: '', name: 'pay' })]);
    learner.adopt([...touching, ...apart].map((key) => [id(key), baselineOf(9)] as const));
    learner.freeze('incident', { fromMs: atMs(0), toMs: atMs(1000), services });
    for (let n = 0; n < LAG_WINDOWS + 20; n++) {
      for (const key of [...touching, ...apart]) learner.observe(batchOf(id(key), n, flat(9.3, 50, 0.3)));
    }
    const moved = [...touching, ...apart].filter((key) => learner.baselines[id(key)]?.level !== 9);
    expect(moved).toEqual(apart);
  });

  it('leaves excluded stretches out', () => {
    const { learner, known, level } = learning([{ fromMs: atMs(0), toMs: atMs(1000) }]);
    for (let n = 0; n < 1000; n++) learner.observe(batchOf(known, n, flat(12, 50, 0.3)));
    expect(level()).toBe(9);
  });
});

describe('a component that is new', () => {
  it('is adopted once there is enough of it, by a robust fit', () => {
    const { learner, id } = learning();
    const fresh = id('self(mail, Send)');
    const windows = windowsOf({ ...TRUTH, level: 7 }, 400, (i) => (i >= 20 && i < 24 ? 3 : 0));
    let adoptedAt = -1;
    windows.forEach((window, n) => {
      learner.observe(batchOf(fresh, n, window));
      if (adoptedAt < 0 && learner.baselines[fresh] !== undefined) adoptedAt = n;
    });
    expect(adoptedAt).toBeGreaterThanOrEqual(LAG_WINDOWS + 59);
    expect(adoptedAt).toBeLessThan(LAG_WINDOWS + 70);
    expect(Math.abs((learner.baselines[fresh]?.level ?? 0) - 7)).toBeLessThan(0.1);
  });

  it('is not, while it is rare', () => {
    const { learner, id } = learning();
    const rare = id('self(mail, Send)');
    for (let n = 0; n < 2000; n += 50) learner.observe(batchOf(rare, n, flat(7, 1)));
    expect(learner.baselines[rare]).toBeUndefined();
  });
});

describe('a series', () => {
  it('grows, keeps its newest windows, and filters', () => {
    const series = new Series();
    for (let i = 0; i < 500; i++) series.push(i, i + 1, i * 2, i * 3);
    series.keepLast(100);
    expect([
      series.length,
      series.window[0],
      series.count[99],
      series.sum[0],
      series.sumOfSquares[99],
    ]).toEqual([100, 400, 500, 800, 1497]);
    const even = series.filter((i) => i % 2 === 0);
    expect([even.length, even.window[1]]).toEqual([50, 402]);
  });
});
