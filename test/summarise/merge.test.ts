import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SummaryBatch } from '../../src/domain/summary.ts';
import { mergeSummaries, ShardWindows } from '../../src/summarise/index.ts';
import { anySummary, rowsOf } from './summaries.ts';

describe('merging summaries', () => {
  it('is free of order', () => {
    fc.assert(
      fc.property(fc.array(anySummary, { maxLength: 5 }), fc.nat(), (parts, seed) => {
        const turned = parts
          .toSorted((a, b) => ((a.traces * 31 + seed) % 7) - ((b.traces * 31 + seed) % 7))
          .reverse();
        expect(rowsOf(mergeSummaries(turned))).toEqual(rowsOf(mergeSummaries(parts)));
        expect(mergeSummaries(turned).traces).toBe(mergeSummaries(parts).traces);
      }),
    );
  });

  it('is free of grouping', () => {
    fc.assert(
      fc.property(anySummary, anySummary, anySummary, (a, b, c) => {
        const left = mergeSummaries([mergeSummaries([a, b]), c]);
        const right = mergeSummaries([a, mergeSummaries([b, c])]);
        expect(rowsOf(left)).toEqual(rowsOf(right));
        expect(left.traces).toBe(right.traces);
      }),
    );
  });

  it('has the empty summary as its zero', () => {
    fc.assert(
      fc.property(anySummary, (a) => {
        expect(rowsOf(mergeSummaries([a, new SummaryBatch()]))).toEqual(rowsOf(a));
        expect(rowsOf(mergeSummaries([new SummaryBatch(), a]))).toEqual(rowsOf(a));
      }),
    );
  });

  it('leaves its parts as they were', () => {
    fc.assert(
      fc.property(anySummary, anySummary, (a, b) => {
        const before = [rowsOf(a), rowsOf(b)];
        mergeSummaries([a, b]);
        expect([rowsOf(a), rowsOf(b)]).toEqual(before);
      }),
      { numRuns: 30 },
    );
  });

  it('is sealed when all of its parts are', () => {
    const [open, closed] = [new SummaryBatch(), new SummaryBatch()];
    closed.sealed = true;
    expect(mergeSummaries([closed, closed]).sealed).toBe(true);
    expect(mergeSummaries([closed, open]).sealed).toBe(false);
  });
});

function part(
  shard: number,
  generation: number,
  options: { traces?: number; sealed?: boolean; at?: number } = {},
) {
  const batch = new SummaryBatch(4);
  Object.assign(batch, { shard, generation, traces: options.traces ?? 1, sealed: options.sealed ?? true });
  batch.windowStartMs = options.at ?? 0;
  return batch;
}

describe('windows of several shards', () => {
  it('leave when every shard has sealed them', () => {
    const windows = new ShardWindows(3);
    expect(windows.offer(part(0, 1))).toBeUndefined();
    expect(windows.offer(part(1, 1))).toBeUndefined();
    expect(windows.offer(part(2, 1, { sealed: false }))).toBeUndefined();
    expect(windows.offer(part(2, 1))?.traces).toBe(3);
  });

  it('take a newer generation in place of the older one', () => {
    const windows = new ShardWindows(2);
    windows.offer(part(0, 1, { traces: 100 }));
    windows.offer(part(0, 2, { traces: 5 }));
    expect(windows.offer(part(1, 1))?.traces).toBe(6);
    expect(windows.stale).toBe(0);
  });

  it('refuse an older generation', () => {
    const windows = new ShardWindows(2);
    windows.offer(part(0, 2, { traces: 5 }));
    windows.offer(part(0, 1, { traces: 100 }));
    expect(windows.stale).toBe(1);
    expect(windows.offer(part(1, 1))?.traces).toBe(6);
  });

  it('keep windows apart', () => {
    const windows = new ShardWindows(2);
    windows.offer(part(0, 1, { at: 0 }));
    expect(windows.offer(part(1, 1, { at: 10_000 }))).toBeUndefined();
    expect(windows.offer(part(1, 1, { at: 0 }))?.windowStartMs).toBe(0);
  });

  it('end with the newest generation of every shard, in whatever order all of them come', () => {
    const offers = fc.array(fc.tuple(fc.nat(2), fc.nat(4)), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(offers, (sent) => {
        const windows = new ShardWindows(3);
        const newest = new Map<number, number>();
        let merged;
        for (const [shard, generation] of sent) {
          // The third shard seals last, so that the window stays open for all that comes before.
          windows.offer(part(shard, generation, { traces: 10 ** generation, sealed: shard !== 2 }));
          newest.set(shard, Math.max(newest.get(shard) ?? 0, generation));
        }
        for (const shard of [0, 1, 2]) {
          const generation = newest.get(shard) ?? 0;
          newest.set(shard, generation);
          merged = windows.offer(part(shard, generation, { traces: 10 ** generation }));
        }
        const expected = [...newest.values()].reduce((sum, generation) => sum + 10 ** generation, 0);
        expect(merged?.traces).toBe(expected);
      }),
    );
  });

  it('take a replay after the window has left only as a refusal', () => {
    const windows = new ShardWindows(1);
    expect(windows.offer(part(0, 1))?.traces).toBe(1);
    expect(windows.offer(part(0, 1))).toBeUndefined();
  });
});
