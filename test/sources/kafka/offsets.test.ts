import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommitLedger } from '../../../src/sources/kafka/commit-ledger.ts';
import { Positions } from '../../../src/sources/kafka/positions.ts';
import { type StartFacts, startingOffset } from '../../../src/sources/kafka/starting-offset.ts';

const partition = { topic: 'spans', partition: 3 };

describe('where reading begins', () => {
  const facts: StartFacts = {
    position: undefined,
    wasAway: false,
    committed: undefined,
    timed: undefined,
    startAt: 'latest',
    isNew: false,
    range: { ...partition, low: 100, end: 900 },
  };
  it.each([
    ['at the end, for a group that never was', {}, { offset: 900, lost: 0, reason: 'start-at' }],
    ['at the beginning, when asked to', { startAt: 'earliest' }, { offset: 100, reason: 'start-at' }],
    ['at a time', { startAt: 'time', timed: 400 }, { offset: 400, reason: 'start-at' }],
    ['at the end, when nothing is that new', { startAt: 'time' }, { offset: 900, reason: 'start-at' }],
    [
      'at the beginning, of a partition that came later',
      { isNew: true },
      { offset: 100, reason: 'new-partition' },
    ],
    ['where the group was, of one that came later', { isNew: true, committed: 300 }, { offset: 300 }],
    ['where the group was', { committed: 300, startAt: 'earliest' }, { offset: 300, reason: 'committed' }],
    [
      'after what is known, whatever the group says',
      { position: 500, committed: 300 },
      { offset: 500, reason: 'position' },
    ],
    [
      'where another member was, when it came back from one that was further',
      { position: 500, wasAway: true, committed: 700 },
      { offset: 700, lost: 0, reason: 'committed' },
    ],
    [
      'after what is known, when it came back from one that was not as far',
      { position: 500, wasAway: true, committed: 300 },
      { offset: 500, reason: 'position' },
    ],
    [
      'after what is known, when what the group says is of a topic that was there before',
      { position: 500, wasAway: true, committed: 1000 },
      { offset: 500, reason: 'position' },
    ],
    [
      'at the oldest there is, and says what is lost',
      { position: 40 },
      { offset: 100, lost: 60, reason: 'position-lost' },
    ],
    [
      'anew, when the topic is shorter than what was read',
      { position: 1000 },
      { offset: 100, reason: 'topic-made-anew' },
    ],
  ] satisfies [string, Partial<StartFacts>, object][])('is %s', (_, changes, expected) => {
    expect(startingOffset({ ...facts, ...changes })).toMatchObject(expected);
  });
});

describe('what may be committed', () => {
  it('is what is sealed, in order, once', () => {
    const ledger = new CommitLedger();
    ledger.taken(partition, 10, 1000);
    ledger.taken(partition, 20, 3000);
    ledger.taken(partition, 30, 2000);
    expect(ledger.due(500)).toEqual([]);
    const first = ledger.due(1500);
    expect(first).toEqual([{ ...partition, offset: 10 }]);
    // Not done yet: asked again.
    expect(ledger.due(1500)).toEqual(first);
    ledger.done(first);
    expect(ledger.due(2500)).toEqual([]);
    // What ends early waits for what came before it.
    expect(ledger.due(3000)).toEqual([{ ...partition, offset: 30 }]);
  });

  it("forgets partitions that are another member's", () => {
    const ledger = new CommitLedger();
    ledger.taken(partition, 10, 0);
    ledger.keepOnly([]);
    expect(ledger.due(1)).toEqual([]);
  });

  it('has nothing of a partition that was taken of after it had gone', () => {
    const ledger = new CommitLedger();
    ledger.keepOnly([{ topic: 'spans', partition: 0 }]);
    ledger.taken(partition, 10, 0);
    expect(ledger.due(1)).toEqual([]);
  });

  it('never passes a record that is not sealed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 100 }), { maxLength: 30 }), fc.nat({ max: 100 }), (ends, sealed) => {
        const ledger = new CommitLedger();
        ends.forEach((end, i) => ledger.taken(partition, i + 1, end));
        const offset = ledger.due(sealed)[0]?.offset ?? 0;
        const firstOpen = ends.findIndex((end) => end > sealed);
        expect(offset).toBe(firstOpen < 0 ? ends.length : firstOpen);
      }),
    );
  });
});

describe('a cursor', () => {
  it('is the position of all partitions, read back', () => {
    const positions = new Positions();
    positions.set(partition, 7);
    positions.set({ topic: 'spans', partition: 0 }, 2);
    const again = Positions.of(positions.toCursor());
    expect([again.next(partition), again.next({ topic: 'spans', partition: 0 })]).toEqual([7, 2]);
  });

  it('remembers of which partitions another member may be further', () => {
    const other = { topic: 'spans', partition: 0 };
    const positions = new Positions();
    positions.set(partition, 7);
    positions.set(other, 2);
    positions.assigned([other]);
    const again = Positions.of(positions.toCursor());
    expect([again.next(partition), again.wasAway(partition), again.wasAway(other)]).toEqual([7, true, false]);
    again.set(partition, 9);
    expect(again.wasAway(partition)).toBe(false);
  });

  it.each([undefined, '', 'nonsense', '[1]', '{"spans/0":-1}', '{"spans/0":"1"}'])(
    '%s is no position',
    (text) => {
      expect(Positions.of(text).next({ topic: 'spans', partition: 0 })).toBeUndefined();
    },
  );
});
