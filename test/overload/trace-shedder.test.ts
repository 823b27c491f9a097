import { describe, expect, it } from 'vitest';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import { TraceShedder } from '../../src/overload/trace-shedder.ts';

const NONE_OPEN = (): boolean => false;

/** A span of each of the traces `numbers`; its operation is the number, so that it can be told apart. */
function spansOf(numbers: readonly number[]): SpanBatch {
  const batch = new SpanBatch(new Names());
  for (const number of numbers) {
    const i = batch.push();
    batch.traceId.set([1, 2, 3, number], i * 4);
    batch.operation[i] = number;
  }
  return batch;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const left = (batch: SpanBatch): number[] => [...batch.operation.subarray(0, batch.length)];

describe('shedding', () => {
  it('keeps about the share, of ids that only count up, and weighs it up', () => {
    const batch = spansOf(range(1, 20_001));
    const shed = new TraceShedder(NONE_OPEN).shed(batch, 1 / 4, 0);
    expect(batch.length).toBeGreaterThan(4_750);
    expect(batch.length).toBeLessThan(5_250);
    expect(shed).toBe(20_000 - batch.length);
    const total = batch.weight.subarray(0, batch.length).reduce((sum, weight) => sum + weight, 0);
    expect(total / 20_000).toBeGreaterThan(0.95);
    expect(total / 20_000).toBeLessThan(1.05);
  });

  it('keeps traces whole: the same ones in each batch and each process', () => {
    const first = spansOf(range(1, 1000));
    const second = spansOf(range(1, 1000));
    const shedder = new TraceShedder(NONE_OPEN);
    shedder.shed(first, 1 / 2, 0);
    shedder.shed(second, 1 / 2, 0);
    expect(left(second)).toEqual(left(first));
    const third = spansOf(range(1, 1000));
    new TraceShedder(NONE_OPEN).shed(third, 1 / 2, 5000);
    expect(left(third)).toEqual(left(first));
  });

  it('keeps of a smaller share a part of what it kept of the larger', () => {
    const [half, quarter] = [spansOf(range(1, 1000)), spansOf(range(1, 1000))];
    new TraceShedder(NONE_OPEN).shed(half, 1 / 2, 0);
    new TraceShedder(NONE_OPEN).shed(quarter, 1 / 4, 0);
    expect(left(half)).toEqual(expect.arrayContaining(left(quarter)));
  });

  it('does not cut a trace that is open when the share falls', () => {
    const open = new Set(range(1, 500));
    const batch = spansOf(range(1, 1000));
    new TraceShedder((words, at) => open.has(words[at + 3])).shed(batch, 1 / 16, 0);
    expect(left(batch)).toEqual(expect.arrayContaining([...open]));
    expect(batch.length).toBeLessThan(600);
  });

  it('does not take the rest of a trace when the share rises, and does take new ones', () => {
    const shedder = new TraceShedder(NONE_OPEN);
    const before = spansOf(range(1, 1000));
    shedder.shed(before, 1 / 4, 0);
    const rest = spansOf(range(1, 1000));
    shedder.shed(rest, 1 / 2, 10_000);
    expect(left(rest)).toEqual(left(before));
    const fresh = spansOf(range(1000, 2000));
    shedder.shed(fresh, 1 / 2, 10_000);
    expect(fresh.length).toBeGreaterThan(420);
    const later = spansOf(range(1, 1000));
    shedder.shed(later, 1 / 2, 100_000);
    expect(later.length).toBeGreaterThan(420);
  });
});
