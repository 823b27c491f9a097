import { describe, expect, it } from 'vitest';
import { endedWindows } from '../../src/detect/still-fails.ts';
import { WindowRing } from '../../src/detect/window-ring.ts';
import { type SummaryBatch, WINDOW_MS } from '../../src/domain/summary.ts';
import { createRandom } from '../../src/runtime/index.ts';

/** Newest first: failures of `count` traces each. */
function ended(failed: readonly number[], { count = 60, level = 0.01 } = {}): number {
  const windows = failed.map((sum) => ({ count: sum < 0 ? 0 : count, sum: Math.max(0, sum) }));
  const most = Math.max(...failed);
  return endedWindows(windows, level, (i) => windows[i].sum >= most / 2);
}

describe('the end of a fault of which some requests fail usually', () => {
  it.each([
    ['goes on while the newest window shows it', [6, 5, 7, 6, 1, 0], 0],
    ['is over though one window has a failure more than usual', [0, 2, 0, 1, 6, 7, 5, 6], 4],
    ['is not over for a window by chance without any', [5, 0, 6, 5, 7, 1], 0],
    ['waits for nobody where there is nothing to see', [-1, -1, 6, 5, 7], 2],
    ['lies before all that is seen when they are as usual', [0, 0, 0, 0], 4],
  ] as const)('%s', (_, failed, windows) => {
    expect(ended(failed)).toBe(windows);
  });

  it.each([
    { count: 60, level: 0.01, fault: 0.05 },
    { count: 200, level: 0.02, fault: 0.05 },
    { count: 100, level: 0.001, fault: 0.02 },
    { count: 300, level: 0.05, fault: 0.1 },
  ])('is told within 20 s nine times in ten ($fault of $count, usually $level), and not before', (known) => {
    const random = createRandom(3);
    const late: number[] = [];
    const early: number[] = [];
    for (let run = 0; run < 100; run++) {
      const told = endsOf(random, known);
      late.push(told.last);
      early.push(-told.lastBefore);
    }
    const at = (values: number[], share: number): number =>
      values.toSorted((a, b) => a - b)[Math.floor(values.length * share)];
    // By half of the largest excess of the windows, whatever their traces, it was 30 to 90 s.
    expect(at(late, 0.9)).toBeLessThanOrEqual(20);
    expect(at(early, 0.9)).toBeLessThanOrEqual(20);
  });
});

/** Seconds after the end up to which it fires, as said while the fault is among the windows; and as said at its end. */
function endsOf(
  random: () => number,
  { count, level, fault }: { count: number; level: number; fault: number },
): { last: number; lastBefore: number } {
  const ring = new WindowRing();
  const END = 20;
  let lastMs = 0;
  let lastBefore = 0;
  for (let w = 1; w < END + 10; w++) {
    let sum = 0;
    for (let i = 0; i < count; i++) if (random() < (w >= 8 && w < END ? fault : level)) sum++;
    ring.push(windowOf(w, count, sum));
    const stretch = ring.stretchOfExcess(0, 12, { level, sign: 1, failures: true });
    if (w >= 14 && stretch !== undefined) lastMs = Math.max(lastMs, stretch[1]);
    if (w === END - 1) lastBefore = (lastMs - END * WINDOW_MS) / 1000;
  }
  return { last: (lastMs - END * WINDOW_MS) / 1000, lastBefore };
}

function windowOf(w: number, count: number, sum: number): SummaryBatch {
  return {
    windowStartMs: w * WINDOW_MS,
    traces: count,
    length: 1,
    component: Int32Array.of(0),
    count: Float64Array.of(count),
    sum: Float64Array.of(sum),
    topValue: Float64Array.of(1),
    topTrace: new Int32Array(4),
  } as unknown as SummaryBatch;
}
