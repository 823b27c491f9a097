import type { PartitionRange } from './consumer-port.ts';

/** What is known of where a partition goes on. */
export interface StartFacts {
  /** After what detection knows. */
  readonly position: number | undefined;
  /** Another member had the partition since. */
  readonly wasAway: boolean;
  /** By the group. */
  readonly committed: number | undefined;
  /** Of a start at a time: the first offset at or after it. */
  readonly timed: number | undefined;
  readonly startAt: 'latest' | 'earliest' | 'time';
  /** The topic got the partition after the group began. */
  readonly isNew: boolean;
  readonly range: PartitionRange;
}

export interface StartDecision {
  readonly offset: number;
  /** Records that are gone before they were read: retention was shorter than the pause. */
  readonly lost: number;
  readonly reason:
    'position' | 'position-lost' | 'topic-made-anew' | 'committed' | 'new-partition' | 'start-at';
}

/**
 * Where reading begins. Pure. What detection knows rules; the group's offset is older by design (it waits until what it
 * stands for is judged) and serves when the state is gone, or when another member judged more than we did; only a group that never was begins by configuration. A
 * partition that came later is read whole: what was written to it before it was noticed is not skipped.
 */
export function startingOffset(facts: StartFacts): StartDecision {
  const { position, wasAway, committed, timed, startAt, isNew, range } = facts;
  const others = wasAway && committed !== undefined && committed <= range.end ? committed : -1;
  if (position !== undefined && position >= others) {
    if (position > range.end) return { offset: range.low, lost: 0, reason: 'topic-made-anew' };
    if (position < range.low)
      return { offset: range.low, lost: range.low - position, reason: 'position-lost' };
    return { offset: position, lost: 0, reason: 'position' };
  }
  if (committed !== undefined && committed <= range.end) {
    const offset = Math.max(range.low, committed);
    return { offset, lost: offset - committed, reason: 'committed' };
  }
  if (isNew) return { offset: range.low, lost: 0, reason: 'new-partition' };
  const configured =
    startAt === 'earliest' ? range.low : startAt === 'time' ? (timed ?? range.end) : range.end;
  return { offset: Math.max(range.low, Math.min(range.end, configured)), lost: 0, reason: 'start-at' };
}
