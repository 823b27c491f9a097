import { describe, expect, it } from 'vitest';
import {
  createMetrics,
  createRandom,
  createWallClock,
  ManualClock,
  parseJson,
} from '../../src/runtime/index.ts';

describe('the manual clock', () => {
  it('runs what falls due in order of time, then of asking, and shows the time of each', () => {
    const clock = new ManualClock(1000);
    const seen: string[] = [];
    clock.after(30, () => seen.push(`c@${clock.now()}`));
    clock.after(10, () => seen.push(`a@${clock.now()}`));
    clock.after(30, () => seen.push(`d@${clock.now()}`));
    clock.after(20, () => seen.push(`b@${clock.now()}`));
    clock.after(31, () => seen.push('later'));
    clock.advance(30);
    expect(seen).toEqual(['a@1010', 'b@1020', 'c@1030', 'd@1030']);
    expect(clock.now()).toBe(1030);
  });

  it('runs what was asked for on the way, when it falls due', () => {
    const clock = new ManualClock();
    const seen: number[] = [];
    const again = (): void => {
      seen.push(clock.now());
      if (seen.length < 100) clock.after(10, again);
    };
    clock.after(10, again);
    clock.advanceTo(55);
    expect(seen).toEqual([10, 20, 30, 40, 50]);
  });

  it('forgets what was cancelled, and never goes back', () => {
    const clock = new ManualClock(100);
    let called = false;
    const cancel = clock.after(10, () => (called = true));
    cancel();
    clock.advanceTo(50);
    expect(clock.now()).toBe(100);
    clock.advance(100);
    expect(called).toBe(false);
  });
});

describe('the wall clock', () => {
  it('tells the time of day, calls back, and can be cancelled', async () => {
    const clock = createWallClock();
    const [before, now, after] = [Date.now(), clock.now(), Date.now()];
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(after);
    let cancelled = true;
    clock.after(0, () => (cancelled = false))();
    await new Promise<void>((resolve) => clock.after(1, resolve));
    expect(cancelled).toBe(true);
  });
});

describe('chance', () => {
  it('is the same for the same seed, another for another', () => {
    const draw = (seed: number): number[] => Array.from({ length: 5 }, createRandom(seed));
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('is even over [0, 1)', () => {
    const random = createRandom(1);
    const cells = new Float64Array(20);
    for (let i = 0; i < 40_000; i++) cells[Math.floor(random() * 20)]++;
    const chiSquare = cells.reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0);
    // 19 degrees of freedom: the 99.9th percentile is 43.8.
    expect(chiSquare).toBeLessThan(43.8);
  });
});

describe('JSON from outside', () => {
  it('is a value, or a reason that does not quote it', () => {
    expect(parseJson('{"a":[1]}')).toEqual({ ok: true, value: { a: [1] } });
    const broken = parseJson('{"password":"hunter2",}');
    expect(broken.ok).toBe(false);
    expect(JSON.stringify(broken)).not.toContain('hunter2');
  });
});

describe('metrics', () => {
  it('are made on first use and shared afterwards', async () => {
    const metrics = createMetrics();
    metrics.counter('spanwatch_things_total', 'Things.', ['kind']).inc({ kind: 'a' }, 2);
    metrics.counter('spanwatch_things_total', 'Things.', ['kind']).inc({ kind: 'a' });
    metrics.gauge('spanwatch_level', 'Level.').set(5);
    metrics.histogram('spanwatch_wait_seconds', 'Wait.', { buckets: [1] }).observe(0.5);
    const text = await metrics.registry.metrics();
    expect(text).toContain('spanwatch_things_total{kind="a"} 3');
    expect(text).toContain('spanwatch_level 5');
    expect(text).toContain('spanwatch_wait_seconds_bucket{le="1"} 1');
  });
});
