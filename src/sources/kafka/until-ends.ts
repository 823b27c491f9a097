import { type KafkaConsumer, type Partition, partitionKey, type PartitionRange } from './consumer-port.ts';
import { Positions } from './positions.ts';

/** A consumer that knows when what its topics held at the assignment is read. */
export type EndingConsumer = KafkaConsumer & {
  /** Whether all that was there is before the cursor. */
  isRead(cursor: string | undefined): boolean;
};

/** `stampedBeforeMs`: what is stamped then or later need not be read. */
export function untilEnds(
  consumer: KafkaConsumer,
  topics: readonly string[],
  stampedBeforeMs = Number.POSITIVE_INFINITY,
): EndingConsumer {
  const endsOf = async (ranges: readonly PartitionRange[]): Promise<typeof ends> => {
    const own = ranges.filter(({ topic }) => topics.includes(topic));
    if (stampedBeforeMs === Number.POSITIVE_INFINITY) return own;
    const stamped = await consumer.offsetsAt(topics, stampedBeforeMs);
    return own.map((range) => ({
      ...range,
      end: Math.min(range.end, stamped.get(partitionKey(range)) ?? range.end),
    }));
  };
  const begins = new Map<string, number>();
  let ends: readonly (Partition & { readonly end: number })[] | undefined;
  return {
    start: (handlers) => consumer.start(handlers),
    commit: (next) => consumer.commit(next),
    committed: (partitions) => consumer.committed(partitions),
    offsetsAt: (asked, atMs) => consumer.offsetsAt(asked, atMs),
    send: (topic, record) => consumer.send(topic, record),
    stop: () => consumer.stop(),
    pause: (partition) => consumer.pause(partition),
    resume: (partition) => consumer.resume(partition),
    ranges: async (asked) => {
      const ranges = await consumer.ranges(asked);
      ends ??= await endsOf(ranges);
      return ranges;
    },
    seek: (partition, offset) => {
      begins.set(partitionKey(partition), offset);
      consumer.seek(partition, offset);
    },
    isRead: (cursor) => {
      if (ends === undefined) return false;
      const positions = Positions.of(cursor);
      return ends.every((range) => {
        const begin = begins.get(partitionKey(range));
        return begin !== undefined && (positions.next(range) ?? begin) >= range.end;
      });
    },
  };
}
