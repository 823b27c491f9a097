import { describe, expect, it } from 'vitest';
import { hexToWords } from '../../../src/domain/ids.ts';
import { Names } from '../../../src/domain/names.ts';
import { SpanBatch } from '../../../src/domain/span-batch.ts';
import { SeenSpans } from '../../../src/sources/pulling/seen-spans.ts';

const MOST_KEYS = 10;

function batchOf(count: number): SpanBatch {
  const batch = new SpanBatch(new Names(), count);
  for (let i = 0; i < count; i++) {
    batch.push();
    hexToWords((i + 1).toString(16), batch.traceId, i * 4, 4);
    hexToWords((i + 1).toString(16), batch.spanId, i * 2, 2);
    batch.startUs[i] = i * 1000;
  }
  return batch;
}

describe('spans that were handed over', () => {
  it('are remembered up to two generations, though all of them are asked for again and again', () => {
    const seen = new SeenSpans(Number.POSITIVE_INFINITY, MOST_KEYS);
    const batch = batchOf(10 * MOST_KEYS);
    for (let i = 0; i < batch.length; i++) {
      seen.add(batch, i);
      let known = 0;
      for (let each = 0; each <= i; each++) if (seen.has(batch, each)) known++;
      expect(known).toBeLessThanOrEqual(2 * MOST_KEYS);
      expect(known).toBeGreaterThanOrEqual(Math.min(i + 1, MOST_KEYS));
    }
  });

  it('are kept for another while when they are asked for, and forgotten when they are not', () => {
    const seen = new SeenSpans(1000, MOST_KEYS);
    const batch = batchOf(4);
    seen.add(batch, 0);
    seen.add(batch, 1);
    for (const minute of [1, 2, 3]) {
      batch.startUs[2] = minute * 60e6;
      seen.add(batch, 2);
      seen.readThrough(minute * 60e3);
      expect(seen.has(batch, 0)).toBe(true);
    }
    expect(seen.has(batch, 1)).toBe(false);
  });

  it('are not forgotten by being asked for: what waits to be asked for as well is still known', () => {
    const seen = new SeenSpans(Number.POSITIVE_INFINITY, MOST_KEYS);
    const batch = batchOf(2 * MOST_KEYS);
    for (let i = 0; i < batch.length; i++) seen.add(batch, i);
    for (let i = 0; i < batch.length; i++) expect(seen.has(batch, i)).toBe(true);
  });
});
