import { describe, expect, it } from 'vitest';
import { isAsUsual, StandingOut } from '../../src/app/standing-out.ts';
import type { Judgement, RecentWindows, ScaleJudgement } from '../../src/detect/port.ts';

const WINDOW = 10_000;
const recent = (fromMs?: number): RecentWindows => ({
  traces: () => 0,
  tracesOf: () => 0,
  since: () => ({ traces: 0, sum: 0, inTail: 0 }),
  topTrace: () => undefined,
  stretchOfExcess: () => (fromMs === undefined ? undefined : [fromMs, fromMs + WINDOW]),
});

/** Component 7 with these log Bayes factors by scale; left out where there is none. */
function judgement(toMs: number, logs: readonly (number | undefined)[]): Judgement {
  const scales = logs.map((log, scale): ScaleJudgement => {
    const length = log === undefined ? 0 : 1;
    return {
      ...{ scale, length, component: Int32Array.of(7), count: Float64Array.of(20) },
      ...{ observed: Float64Array.of(9), expected: Float64Array.of(8), z: Float64Array.of(3) },
      logBayes: Float64Array.of(log ?? 0),
    };
  });
  return { toMs, scales };
}

describe('a component stands out', () => {
  it('since where its excess began, for as long as any scale shows it', () => {
    const standing = new StandingOut();
    standing.judged(judgement(60_000, [-2, 0, 1, 2]), recent(0));
    expect(standing.since(7)).toBeUndefined();
    standing.judged(judgement(70_000, [2, 5, 4, 2]), recent(40_000));
    standing.judged(judgement(80_000, [-2, 0, 4, 2]), recent(70_000));
    expect(standing.since(7)).toBe(40_000);
  });

  it('since the windows judged, where nothing tells more', () => {
    const standing = new StandingOut();
    standing.judged(judgement(70_000, [2, 5, 4, 2]), recent());
    expect(standing.since(7)).toBe(70_000 - 3 * WINDOW);
  });

  it('no longer after a window in which none does, and anew after that', () => {
    const standing = new StandingOut();
    standing.judged(judgement(70_000, [9, 9, 9, 9]), recent(60_000));
    standing.judged(judgement(80_000, [-3, -1, 0, 2]), recent(60_000));
    expect(standing.since(7)).toBeUndefined();
    standing.judged(judgement(90_000, [9, 0, 0, 0]), recent(80_000));
    expect(standing.since(7)).toBe(80_000);
  });

  it('not when it is as usual, which takes evidence at the longest scale', () => {
    expect(isAsUsual(judgement(60_000, [0, 0, 0, -1.5]), 7)).toBe(true);
    expect(isAsUsual(judgement(60_000, [-2, -2, -2, -0.5]), 7)).toBe(false);
    expect(isAsUsual(judgement(60_000, [-2, -2, -2, undefined]), 7)).toBe(false);
    expect(isAsUsual(judgement(60_000, [0, 0, 0, -1.5]), 8)).toBe(false);
  });
});
