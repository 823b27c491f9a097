import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/runtime/index.ts';
import { PartitionMerge } from '../../../src/sources/kafka/partition-merge.ts';

const topic = 'spans';
const batch = (partition: number, stamps: readonly number[]) => ({
  topic,
  partition,
  next: stamps.length,
  end: stamps.length,
  records: stamps.map((timestampMs, i) => ({ offset: i, timestampMs, value: null })),
});

function takeAll(merge: PartitionMerge): string[] {
  const taken: string[] = [];
  for (let next = merge.take(); next !== undefined; next = merge.take())
    taken.push(`${next.partition}:${next.record.timestampMs}`);
  return taken;
}

describe('several partitions as one stream', () => {
  it('are in order of time, and wait for one that has more', async () => {
    const merge = new PartitionMerge(new ManualClock(0));
    merge.assign([
      { topic, partition: 0, next: 0, end: 3 },
      { topic, partition: 1, next: 0, end: 2 },
    ]);
    const first = merge.offer(batch(0, [10, 20, 30]));
    expect(merge.take()).toBeUndefined();
    void merge.offer(batch(1, [15, 25]));
    expect(takeAll(merge)).toEqual(['0:10', '1:15', '0:20', '1:25', '0:30']);
    await first;
    expect(merge.lag).toBe(0);
  });

  it('do not wait for one that is read to its end, nor for one whose broker is away for long', () => {
    const clock = new ManualClock(0);
    const merge = new PartitionMerge(clock);
    merge.assign([
      { topic, partition: 0, next: 0, end: 1 },
      { topic, partition: 1, next: 5, end: 5 },
      { topic, partition: 2, next: 0, end: 9 },
    ]);
    void merge.offer(batch(0, [10]));
    expect(takeAll(merge)).toEqual([]);
    clock.advance(10_000);
    expect(takeAll(merge)).toEqual(['0:10']);
  });

  it('keep what one has while another must be fetched first, and say when it is taken', async () => {
    const clock = new ManualClock(0);
    const merge = new PartitionMerge(clock);
    const drained: number[] = [];
    merge.onDrained = ({ partition }) => void drained.push(partition);
    merge.assign([
      { topic, partition: 0, next: 0, end: 3 },
      { topic, partition: 1, next: 0, end: 2 },
    ]);
    const first = merge.offer(batch(0, [10, 20, 30]));
    expect(merge.take()).toBeUndefined();
    clock.advance(1);
    expect(await first).toBe('kept');
    expect(merge.has({ topic, partition: 0 })).toBe(true);
    // What comes next of it is after what waits.
    expect(merge.nextOf({ topic, partition: 0 })).toBe(3);
    const second = merge.offer(batch(1, [15, 25]));
    expect(takeAll(merge)).toEqual(['0:10', '1:15', '0:20', '1:25', '0:30']);
    expect(await second).toBe('taken');
    expect(drained).toEqual([0]);
  });

  it('wait for one that comes with the same fetch', async () => {
    const clock = new ManualClock(0);
    const merge = new PartitionMerge(clock);
    merge.assign([
      { topic, partition: 0, next: 0, end: 1 },
      { topic, partition: 1, next: 0, end: 1 },
    ]);
    const first = merge.offer(batch(0, [10]));
    expect(merge.take()).toBeUndefined();
    const second = merge.offer(batch(1, [5]));
    clock.advance(1);
    expect(takeAll(merge)).toEqual(['1:5', '0:10']);
    expect([await first, await second]).toEqual(['taken', 'taken']);
  });

  it('say that what was kept waits no longer when it is assigned away', async () => {
    const clock = new ManualClock(0);
    const merge = new PartitionMerge(clock);
    const drained: number[] = [];
    merge.onDrained = ({ partition }) => void drained.push(partition);
    merge.assign([
      { topic, partition: 0, next: 0, end: 3 },
      { topic, partition: 1, next: 0, end: 2 },
    ]);
    const first = merge.offer(batch(0, [10]));
    merge.take();
    clock.advance(1);
    expect(await first).toBe('kept');
    merge.assign([{ topic, partition: 1, next: 0, end: 2 }]);
    expect(drained).toEqual([0]);
  });

  it('go on after what a transaction left behind the last record', () => {
    const merge = new PartitionMerge(new ManualClock(0));
    merge.assign([{ topic, partition: 0, next: 0, end: 4 }]);
    void merge.offer({ ...batch(0, [1, 2]), next: 4, end: 4 });
    takeAll(merge);
    expect(merge.nextOf({ topic, partition: 0 })).toBe(4);
    expect(merge.lag).toBe(0);
  });

  it('drop what waits when they are assigned away', async () => {
    const merge = new PartitionMerge(new ManualClock(0));
    merge.assign([{ topic, partition: 0, next: 0, end: 2 }]);
    const waiting = merge.offer(batch(0, [1, 2]));
    merge.assign([{ topic, partition: 1, next: 0, end: 0 }]);
    await waiting;
    expect(merge.nextOf({ topic, partition: 0 })).toBeUndefined();
    expect(takeAll(merge)).toEqual([]);
  });

  it('give every record once and each partition in its order, whatever the stamps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.nat({ max: 50 }), { maxLength: 8 }), { minLength: 1, maxLength: 5 }),
        (lanes) => {
          const merge = new PartitionMerge(new ManualClock(0));
          merge.assign(lanes.map((stamps, partition) => ({ topic, partition, next: 0, end: stamps.length })));
          lanes.forEach((stamps, partition) => void merge.offer(batch(partition, stamps)));
          const seen = lanes.map(() => [] as number[]);
          for (let next = merge.take(); next !== undefined; next = merge.take())
            seen[next.partition].push(next.record.timestampMs);
          expect(seen).toEqual(lanes);
        },
      ),
    );
  });
});
