import type { Clock } from '../../runtime/index.ts';
import { type KafkaConsumer, partitionKey, type PartitionRange } from './consumer-port.ts';

/** Of a partition; one record may be a batch of thousands of spans. */
const RECORDS = 5;

/** The newest records of each partition that has any, as many as come within `patienceMs`. Starts and stops the consumer. */
export async function lastRecords(
  consumer: KafkaConsumer,
  ranges: readonly PartitionRange[],
  patienceMs: number,
  clock: Clock,
): Promise<readonly Uint8Array[]> {
  const values: Uint8Array[] = [];
  const waiting = new Set(ranges.filter(({ low, end }) => end > low).map(partitionKey));
  let enough = (): void => undefined;
  const done = new Promise<void>((resolve) => (enough = resolve));
  const cancel = clock.after(patienceMs, () => enough());
  try {
    await consumer.start({
      onAssigned: () => {
        for (const range of ranges) consumer.seek(range, Math.max(range.low, range.end - RECORDS));
        return Promise.resolve();
      },
      onBatch: ({ topic, partition, records }) => {
        if (waiting.delete(partitionKey({ topic, partition })))
          for (const { value } of records.slice(-RECORDS))
            if (value !== null && value.length > 0) values.push(value);
        if (waiting.size === 0) enough();
        return Promise.resolve(true);
      },
    });
    await done;
  } catch {
    // A group of its own may be forbidden: then nothing is known of the records.
  } finally {
    cancel();
    await consumer.stop().catch(() => undefined);
  }
  return values;
}
