import { describe, expect, it } from 'vitest';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import { bucketMiddle, HISTOGRAM_BUCKETS, histogramBucket, LOG_OFFSET_US } from '../../src/domain/summary.ts';

describe('a span batch', () => {
  it('keeps every column while it grows', () => {
    const batch = new SpanBatch(new Names(), 4);
    for (let n = 0; n < 300; n++) {
      const i = batch.push();
      for (let w = 0; w < 4; w++) batch.traceId[i * 4 + w] = n + w;
      for (let w = 0; w < 2; w++) batch.spanId[i * 2 + w] = n * 2 + w;
      batch.parentId[i * 2 + 1] = n;
      for (const column of [
        batch.service,
        batch.operation,
        batch.instance,
        batch.version,
        batch.node,
        batch.peer,
      ])
        column[i] = n;
      batch.kind[i] = batch.flags[i] = batch.statusClass[i] = n % 5;
      batch.startUs[i] = batch.durationUs[i] = batch.weight[i] = n;
    }
    for (let n = 0; n < 300; n++) {
      const rows = [batch.service, batch.operation, batch.instance, batch.version, batch.node, batch.peer];
      expect(rows.map((column) => column[n])).toEqual([n, n, n, n, n, n]);
      expect([...batch.traceId.subarray(n * 4, n * 4 + 4)]).toEqual([n, n + 1, n + 2, n + 3]);
      expect([...batch.spanId.subarray(n * 2, n * 2 + 2)]).toEqual([n * 2, n * 2 + 1]);
      expect(batch.parentId[n * 2 + 1]).toBe(n);
      expect([batch.kind[n], batch.flags[n], batch.statusClass[n]]).toEqual([n % 5, n % 5, n % 5]);
      expect([batch.startUs[n], batch.durationUs[n], batch.weight[n]]).toEqual([n, n, n]);
    }
    expect(batch.latestEndUs()).toBe(598);
  });

  it('hands out zeroed spans again after being cleared or cut short', () => {
    const batch = new SpanBatch(new Names(), 4);
    const i = batch.push();
    batch.traceId[i * 4] = batch.parentId[i * 2] = batch.peer[i] = batch.flags[i] = 9;
    batch.startUs[i] = 9;
    batch.weight[i] = 9;
    batch.truncate(0);
    const again = batch.push();
    expect([batch.traceId[0], batch.parentId[0], batch.peer[0], batch.flags[0], batch.startUs[0]]).toEqual([
      0, 0, 0, 0, 0,
    ]);
    expect(batch.weight[again]).toBe(1);
    batch.clear();
    expect(batch.length).toBe(0);
    expect(batch.latestEndUs()).toBe(0);
  });
});

describe('histogram buckets', () => {
  it('rise with the time and name their middle', () => {
    let last = 0;
    for (let us = 0; us < 1e12; us = us * 1.05 + 1) {
      const value = Math.log(us + LOG_OFFSET_US);
      const bucket = histogramBucket(value);
      expect(bucket).toBeGreaterThanOrEqual(last);
      expect(bucket).toBeLessThan(HISTOGRAM_BUCKETS);
      if (bucket < HISTOGRAM_BUCKETS - 1) expect(Math.abs(bucketMiddle(bucket) - value)).toBeLessThan(0.0867);
      last = bucket;
    }
    expect(histogramBucket(-5)).toBe(0);
  });
});
