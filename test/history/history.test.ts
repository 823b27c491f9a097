import { existsSync, writeFileSync } from 'node:fs';
import { expect, it, describe } from 'vitest';
import { LOG_OFFSET_US } from '../../src/domain/summary.ts';
import { baselineOf } from '../baseline/simulated.ts';
import { HOUR_MS, historyScene, type Scene, START_MS, windowOf } from './histories.ts';

const PAY = 'self(pay, Charge)';
const FAIL = 'error(pay, Charge)';

/** `windows` windows of PAY at `us(i)`, three traces each. */
function feed(scene: Scene, windows: number, us: (i: number) => number, fromMs = START_MS): void {
  for (let i = 0; i < windows; i++) {
    const values = [us(i), us(i), us(i)];
    scene.history.observe(windowOf(scene.table, fromMs + i * 10_000, [{ key: PAY, values }]));
  }
}

describe('series of a component', () => {
  it('has the windows as they were judged: mean, quantiles, and the baseline of that moment', async () => {
    const scene = historyScene();
    const level = Math.log(1000 + LOG_OFFSET_US);
    feed(scene, 1, () => 1000);
    scene.baselines[0] = baselineOf(level, { between: new Float64Array(4).fill(0.01), within: 0.03 });
    feed(scene, 1, () => 2000, START_MS + 10_000);
    const baseline = scene.baselines[0];
    baseline.level = 20;
    const series = await scene.history.series({
      component: PAY,
      fromMs: START_MS,
      toMs: START_MS + 60_000,
      maxPoints: 100,
    });
    expect(series).toMatchObject({ component: PAY, kind: 'self', unit: 'us', widthMs: 10_000 });
    const [first, second] = series?.points ?? [];
    expect(first).toEqual({
      atMs: START_MS,
      widthMs: 10_000,
      count: 3,
      mean: expect.closeTo(1000, 1),
      p50: expect.any(Number),
      p99: expect.any(Number),
    });
    expect(second.mean).toBeCloseTo(2000, 0);
    expect(second.expected).toBeCloseTo(1000, 0);
    // Two standard errors of the mean of three traces: sqrt(.01 + .03 / 3) = .1414.
    expect(second.low).toBeCloseTo((1000 + LOG_OFFSET_US) * Math.exp(-0.2828) - LOG_OFFSET_US, 0);
    expect(second.high).toBeCloseTo((1000 + LOG_OFFSET_US) * Math.exp(0.2828) - LOG_OFFSET_US, 0);
    expect(Math.abs(Math.log((second.p99 ?? 0) / 2000))).toBeLessThan(0.1);
  });

  it('knows ratios and counts in their own unit', async () => {
    const { history, table } = historyScene();
    const calls = 'calls(shop, Buy -> pay, Charge)';
    history.observe(
      windowOf(table, START_MS, [
        { key: FAIL, values: [0, 0, 1, 0] },
        { key: calls, values: [2, 1] },
      ]),
    );
    const query = { fromMs: START_MS, toMs: START_MS + 10_000, maxPoints: 10 };
    const failures = await history.series({ ...query, component: FAIL });
    expect(failures?.points).toEqual([{ atMs: START_MS, widthMs: 10_000, count: 4, mean: 0.25 }]);
    expect((await history.series({ ...query, component: calls }))?.points[0].mean).toBe(1.5);
  });

  it('does not know what was never seen', async () => {
    const { history } = historyScene();
    const query = { fromMs: 0, toMs: START_MS, maxPoints: 10 };
    expect(await history.series({ ...query, component: PAY })).toBeUndefined();
    expect(await history.series({ ...query, component: 'nonsense' })).toBeUndefined();
  });

  it('takes the finest roll-up that fits, and ends now', async () => {
    const scene = historyScene();
    // Two hours and seven windows: the last hour and the last minute are not rolled up yet.
    feed(scene, 727, (i) => (i < 720 ? 1000 : 3000));
    const toMs = START_MS + 727 * 10_000;
    const ask = (maxPoints: number, fromMs = START_MS) =>
      scene.history.series({ component: PAY, fromMs, toMs, maxPoints });
    const windows = await ask(1000);
    expect([windows?.widthMs, windows?.points.length]).toEqual([10_000, 727]);
    const minutes = await ask(200);
    expect([minutes?.widthMs, minutes?.points.length]).toEqual([60_000, 122]);
    expect(minutes?.points[0]).toMatchObject({ count: 18, mean: expect.closeTo(1000, 0) as number });
    expect(minutes?.points.at(-1)).toMatchObject({ count: 3, mean: expect.closeTo(3000, 0) as number });
    const hours = await ask(10);
    expect(hours?.points.map(({ count }) => count)).toEqual([1080, 1080, 21]);
    expect(hours?.points[2].mean).toBeCloseTo(3000, 0);
    const one = await ask(1);
    expect(one?.points.map(({ count }) => count)).toEqual([2181]);
  });

  it('counts its points from the oldest that is kept, however early the question begins', async () => {
    const scene = historyScene();
    feed(scene, 30, () => 1000);
    const series = await scene.history.series({
      component: PAY,
      fromMs: 0,
      toMs: START_MS * 2,
      maxPoints: 500,
    });
    expect([series?.widthMs, series?.points.length]).toEqual([10_000, 30]);
  });

  it('merges percentiles and bands, not averages of percentiles', async () => {
    const scene = historyScene();
    scene.table.intern({
      kind: 'self',
      service: { environment: '', namespace: '', name: 'pay' },
      operation: 'Charge',
    });
    scene.baselines[0] = baselineOf(Math.log(1100));
    // One window in six is slow: the median of the minute is quick, its 99th percentile slow.
    feed(scene, 12, (i) => (i % 6 === 0 ? 50_000 : 1000));
    const series = await scene.history.series({
      component: PAY,
      fromMs: START_MS,
      toMs: START_MS + 120_000,
      maxPoints: 2,
    });
    const [minute] = series?.points ?? [];
    expect(minute.widthMs).toBe(60_000);
    expect(Math.abs(Math.log((minute.p50 ?? 0) / 1000))).toBeLessThan(0.1);
    expect(Math.abs(Math.log((minute.p99 ?? 0) / 50_000))).toBeLessThan(0.1);
    expect(minute.expected).toBeCloseTo(1000, 0);
    // Eighteen traces: sqrt(.01 + .09 / 18).
    expect(minute.high).toBeCloseTo(1100 * Math.exp(2 * Math.sqrt(0.015)) - 100, 0);
  });
});

describe('components now', () => {
  it('are those of the last minute judged, beside their baselines', () => {
    const { history, table, baselines } = historyScene();
    for (let i = 0; i < 8; i++)
      history.observe(windowOf(table, START_MS + i * 10_000, [{ key: PAY, values: [i < 2 ? 9000 : 1000] }]));
    baselines[0] = baselineOf(Math.log(600), { between: new Float64Array(4).fill(0), within: 0.06 });
    const [pay] = history.now();
    expect(pay).toMatchObject({
      component: PAY,
      kind: 'self',
      unit: 'us',
      count: 6,
      lastSeenMs: START_MS + 70_000,
    });
    expect(pay.observed).toBeCloseTo(1000, 0);
    expect(pay.expected).toBeCloseTo(500, 0);
    expect(pay.high).toBeCloseTo(600 * Math.exp(0.2) - 100, 0);
  });

  it('says when a component was last seen, and what it was like then', () => {
    const { history, table } = historyScene();
    history.observe(windowOf(table, START_MS, [{ key: PAY, values: [4000] }]));
    history.observe(windowOf(table, START_MS + 600_000, [{ key: FAIL, values: [1] }]));
    const pay = history.now().find(({ component }) => component === PAY);
    expect(pay).toMatchObject({ count: 0, lastSeenMs: START_MS });
    expect(pay?.observed).toBeCloseTo(4000, 0);
  });
});

describe('what is kept', () => {
  it('goes on after a restart under other component numbers, and rolls up what was left', async () => {
    const scene = historyScene();
    feed(scene, 5, () => 1000);
    await scene.history.shutdown();
    const next = scene.again();
    next.table.intern({
      kind: 'self',
      service: { environment: '', namespace: '', name: 'a' },
      operation: 'b',
    });
    feed(next, 8, () => 1000, START_MS + 50_000);
    const query = { component: PAY, fromMs: START_MS, toMs: START_MS + 130_000 };
    const minutes = await next.history.series({ ...query, maxPoints: 3 });
    expect(minutes?.points.map(({ count }) => count)).toEqual([18, 18, 3]);
  });

  it('counts a window once that is written again, in its roll-ups too', async () => {
    const scene = historyScene();
    feed(scene, 12, () => 1000);
    await scene.history.shutdown();
    const next = scene.again();
    // A journal that is played back seals the same windows again.
    feed(next, 9, () => 1000, START_MS + 60_000);
    const query = { component: PAY, fromMs: START_MS, toMs: START_MS + 180_000 };
    const minutes = await next.history.series({ ...query, maxPoints: 3 });
    expect(minutes?.points.map(({ count }) => count)).toEqual([18, 18, 9]);
  });

  it('forgets each roll-up at its time, and components with their last hour', async () => {
    const scene = historyScene({ keepMs: [2 * HOUR_MS, 24 * HOUR_MS, 7 * 24 * HOUR_MS] });
    feed(scene, 360, () => 1000);
    scene.history.observe(windowOf(scene.table, START_MS + HOUR_MS, [{ key: FAIL, values: [1] }]));
    feed(scene, 10, () => 1000, START_MS + 5 * HOUR_MS);
    const ask = (component: string, fromMs: number) =>
      scene.history.series({ component, fromMs, toMs: START_MS + 3000 * HOUR_MS, maxPoints: 2000 });
    expect(scene.history.windows(0, START_MS + 4 * HOUR_MS)).toEqual([]);
    expect(scene.history.windows(START_MS + 5 * HOUR_MS, START_MS + 6 * HOUR_MS)).toHaveLength(10);
    expect((await ask(PAY, START_MS))?.widthMs).toBe(60_000);
    feed(scene, 1, () => 1000, START_MS + 300 * HOUR_MS);
    scene.history.flush();
    expect(await ask(FAIL, START_MS)).toBeUndefined();
    expect((await ask(PAY, START_MS))?.points.map(({ count }) => count)).toEqual([3]);
    // What is free is used again.
    scene.history.observe(
      windowOf(scene.table, START_MS + 300 * HOUR_MS, [{ key: 'self(new, Op)', values: [7] }]),
    );
    expect((await ask('self(new, Op)', START_MS))?.points).toHaveLength(1);
  });

  it('stays within its bytes, losing the oldest first', async () => {
    const scene = historyScene({ maxBytes: 1024 * 1024 });
    const keys = Array.from(
      { length: 200 },
      (_, i) =>
        `self(s${String.fromCharCode(97 + (i % 26))}, op${String.fromCharCode(97 + Math.floor(i / 26))})`,
    );
    for (let i = 0; i < 400; i++)
      scene.history.observe(
        windowOf(
          scene.table,
          START_MS + i * 10_000,
          keys.map((key) => ({ key, values: [1000 + i] })),
        ),
      );
    scene.history.flush();
    const metric = await scene.runtime.metrics.registry.getSingleMetric('spanwatch_history_bytes')?.get();
    // Forgetting comes every ten minutes of event time: by then 60 windows of 200 components more.
    expect(metric?.values[0].value).toBeLessThan(1024 * 1024 * 1.5);
    const kept = scene.history.windows(0, START_MS + HOUR_MS * 2);
    expect(kept.at(-1)?.startMs).toBe(START_MS + 399 * 10_000);
    expect(kept.length).toBeGreaterThan(40);
    expect(kept.length).toBeLessThan(400);
  });

  it('sets a broken file aside and begins anew', async () => {
    const scene = historyScene();
    feed(scene, 5, () => 1000);
    await scene.history.shutdown();
    writeFileSync(
      scene.path,
      'this is no database, and long enough to be read as a header of one: '.repeat(20),
    );
    const next = scene.again();
    expect(existsSync(`${scene.path}.aside`)).toBe(true);
    feed(next, 1, () => 1000);
    expect(next.history.windows(0, START_MS + HOUR_MS)).toHaveLength(1);
  });

  it('outlives a disk that refuses: counted, tried again, nothing thrown', async () => {
    const scene = historyScene();
    await scene.history.start();
    scene.history.observe(windowOf(scene.table, START_MS, [{ key: PAY, values: [5] }]));
    const { DatabaseSync } = await import('node:sqlite');
    const other = new DatabaseSync(scene.path);
    other.exec('BEGIN IMMEDIATE');
    scene.runtime.clock.advance(1000);
    const failed = await scene.runtime.metrics.registry
      .getSingleMetric('spanwatch_history_failed_writes_total')
      ?.get();
    expect(failed?.values[0].value).toBe(1);
    other.exec('ROLLBACK');
    other.close();
    scene.runtime.clock.advance(1000);
    expect(scene.history.windows(0, START_MS + HOUR_MS)).toHaveLength(1);
    await scene.history.shutdown();
  });
});
