import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentlyClosed } from '../../src/assemble/recently-closed.ts';
import { TraceIndex } from '../../src/assemble/trace-index.ts';
import { TraceRecords } from '../../src/assemble/trace-records.ts';

describe('the trace index', () => {
  it('is a Map of ids, through any order of coming and going', () => {
    const step = fc.tuple(fc.boolean(), fc.nat(150), fc.nat(2));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 800, size: 'max' }), (steps) => {
        const records = new TraceRecords(4);
        const index = new TraceIndex(records.ids, 4);
        const map = new Map<string, number>();
        for (const [add, low, high] of steps) {
          const id = Int32Array.of(high, 0, 0, low);
          const key = id.join();
          expect(index.find(id, 0)).toBe(map.get(key) ?? -1);
          const known = map.get(key);
          if (add && known === undefined) {
            const { record, grew } = records.take();
            if (grew) index.rebase(records.ids);
            records.ids.set(id, record * 4);
            index.insert(record);
            map.set(key, record);
          } else if (!add && known !== undefined) {
            index.remove(known);
            records.release(known);
            map.delete(key);
          }
          expect(index.size).toBe(map.size);
        }
        for (const [key, record] of map)
          expect(index.find(Int32Array.from(key.split(',').map(Number)), 0)).toBe(record);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what was closed lately', () => {
  it('is known for one generation at least and two at most', () => {
    const closed = new RecentlyClosed(1000, 60e6);
    closed.add(1, 2, 0);
    closed.add(9, 9, 59e6);
    expect(closed.has(1, 2)).toBe(true);
    closed.add(3, 4, 61e6);
    expect(closed.has(1, 2)).toBe(true);
    closed.add(5, 6, 122e6);
    expect(closed.has(1, 2)).toBe(false);
    expect([closed.has(3, 4), closed.has(5, 6)]).toEqual([true, true]);
  });

  it('holds no more than two generations, however fast they come', () => {
    const closed = new RecentlyClosed(100, 60e6);
    for (let i = 1; i <= 1000; i++) closed.add(i, i, 0);
    let known = 0;
    for (let i = 1; i <= 1000; i++) if (closed.has(i, i)) known++;
    expect(known).toBeGreaterThanOrEqual(100);
    expect(known).toBeLessThanOrEqual(200);
    expect(closed.has(1000, 1000)).toBe(true);
  });

  it('is a set: nothing is known that was not closed', () => {
    const word = fc.oneof(fc.integer(), fc.constantFrom(0, 1, -1));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(word, word), { maxLength: 400, size: 'max' }),
        fc.tuple(word, word),
        (pairs, [high, low]) => {
          const closed = new RecentlyClosed(100_000, 60e6);
          // A low word of 0 is kept as 1.
          const key = (h: number, l: number): string => `${h} ${l === 0 ? 1 : l}`;
          const known = new Set<string>();
          for (const [h, l] of pairs) {
            closed.add(h, l, 0);
            known.add(key(h, l));
          }
          for (const [h, l] of pairs) expect(closed.has(h, l)).toBe(true);
          expect(closed.has(high, low)).toBe(known.has(key(high, low)));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('survives its own growth', () => {
    const closed = new RecentlyClosed(1 << 18, 60e6);
    for (let i = 1; i <= 20_000; i++) closed.add(-i, i, 0);
    let missing = 0;
    for (let i = 1; i <= 20_000; i++) if (!closed.has(-i, i)) missing++;
    expect(missing).toBe(0);
    expect(closed.has(1, 1)).toBe(false);
  });
});
