import { describe, expect, it } from 'vitest';
import { SpanArena } from '../../src/assemble/span-arena.ts';
import { TraceBuilder } from '../../src/assemble/trace-builder.ts';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';

/** More than an arena begins with, so that it grows with spans in it. */
const SPANS = 5000;

/** Each column of each span with a value of its own. */
function batchOf(names: Names): SpanBatch {
  const batch = new SpanBatch(names);
  for (let i = 0; i < SPANS; i++) {
    batch.push();
    batch.spanId.set([i + 1, -i], i * 2);
    batch.parentId.set([i, 1 - i], i * 2);
    const columns = ['service', 'operation', 'instance', 'version', 'node', 'peer'] as const;
    columns.forEach((column, k) => (batch[column][i] = i * 10 + k));
    batch.kind[i] = i % 6;
    batch.flags[i] = i % 4;
    batch.statusClass[i] = i % 7;
    batch.startUs[i] = 1.7e15 + i + 0.25;
    batch.durationUs[i] = i * 3;
    batch.weight[i] = i + 0.5;
  }
  return batch;
}

function filled(batch: SpanBatch): SpanArena {
  const arena = new SpanArena(SPANS * 2);
  for (let i = 0; i < SPANS; i++) {
    const at = arena.take(batch, i);
    if (i > 0) arena.chain(at - 1, at);
  }
  return arena;
}

describe('spans in the arena', () => {
  const names = new Names();
  const batch = batchOf(names);

  it('come out as they went in, also after it grew', () => {
    const trace = new TraceBuilder(names).build(filled(batch), {
      ...{ head: 0, count: SPANS, ids: Int32Array.of(9, 1, 2, 3, 4), at: 1 },
      ...{ latestEndUs: 5, reason: 'quiet', dropped: 0 },
    });
    expect(trace.spanCount).toBe(SPANS);
    expect([...trace.traceId]).toEqual([1, 2, 3, 4]);
    for (const column of ['service', 'operation', 'instance', 'version', 'node', 'peer'] as const)
      expect(trace[column].subarray(0, SPANS)).toEqual(batch[column].subarray(0, SPANS));
    for (const column of ['kind', 'flags', 'statusClass', 'startUs', 'weight'] as const)
      expect(trace[column].subarray(0, SPANS)).toEqual(batch[column].subarray(0, SPANS));
    expect([trace.endUs[7], trace.parent[0], trace.parent[7]]).toEqual([1.7e15 + 7.25 + 21, -2, 6]);
  });

  it('are stored as columns, and come back from them with what is free', () => {
    const arena = filled(batch);
    arena.chain(9, -1);
    arena.release(0, 9, 10);
    const state = arena.snapshot();
    expect([state.free, state.live]).toEqual([0, SPANS - 10]);
    expect(state.spanId).toEqual(batch.spanId.subarray(0, SPANS * 2));
    expect(state.startUs).toEqual(batch.startUs.subarray(0, SPANS));
    expect(state.weight).toEqual(batch.weight.subarray(0, SPANS));
    expect([...state.names.subarray(12, 18)]).toEqual([20, 21, 22, 23, 24, 25]);
    expect([...state.marks.subarray(15, 18)]).toEqual([5, 1, 5]);
    const restored = new SpanArena(100);
    restored.restore(state);
    expect(restored.snapshot()).toEqual(state);
    expect(restored.take(batch, 0)).toBe(0);
  });
});
