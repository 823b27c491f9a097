import { describe, expect, it } from 'vitest';
import { SummaryBatch, WINDOW_MS } from '../../src/domain/summary.ts';
import { LastMinute } from '../../src/history/last-minute.ts';

function windowOf(number: number, components: readonly number[], mean: number): SummaryBatch {
  const batch = new SummaryBatch(components.length);
  batch.windowStartMs = number * WINDOW_MS;
  for (const component of components) {
    const row = batch.addRow(component);
    batch.count[row] = 2;
    batch.sum[row] = 2 * mean;
  }
  return batch;
}

describe('the last minute', () => {
  it('is of six windows, and of the newest one that has it when those have none', () => {
    const minute = new LastMinute();
    for (let window = 100; window < 110; window++) minute.push(windowOf(window, [3], window));
    expect(minute.of(3)).toEqual({ count: 12, mean: 106.5, lastSeenMs: 109 * WINDOW_MS });
    minute.push(windowOf(120, [4], 1));
    expect(minute.of(3)).toEqual({ count: 0, mean: 109, lastSeenMs: 109 * WINDOW_MS });
  });

  it('keeps what it knows when components come that are beyond what it has room for', () => {
    const minute = new LastMinute();
    minute.push(windowOf(100, [3], 7));
    minute.push(windowOf(101, [5000], 9));
    expect(minute.of(3)).toEqual({ count: 2, mean: 7, lastSeenMs: 100 * WINDOW_MS });
    expect(minute.of(5000)).toEqual({ count: 2, mean: 9, lastSeenMs: 101 * WINDOW_MS });
    expect([...minute.components()]).toEqual([3, 5000]);
  });
});
