import { describe, expect, it } from 'vitest';
import type { KafkaConsumer, PartitionRange } from '../../../src/sources/kafka/consumer-port.ts';
import { untilEnds } from '../../../src/sources/kafka/until-ends.ts';

const ranges: readonly PartitionRange[] = [
  { topic: 'spans', partition: 0, low: 0, end: 100 },
  { topic: 'spans', partition: 1, low: 0, end: 50 },
];

/** Of a broker on which record n is stamped n seconds. */
const broker = {
  ranges: () => Promise.resolve(ranges),
  offsetsAt: (_topics: readonly string[], atMs: number) =>
    Promise.resolve(
      new Map(ranges.map(({ partition, end }) => [`spans/${partition}`, Math.min(end, atMs / 1000)])),
    ),
  seek: () => undefined,
} as unknown as KafkaConsumer;

async function begun(stampedBeforeMs?: number) {
  const consumer = untilEnds(broker, ['spans'], stampedBeforeMs);
  await consumer.ranges(['spans']);
  for (const range of ranges) consumer.seek(range, 0);
  return consumer;
}
const at = (first: number, second: number): string => JSON.stringify({ 'spans/0': first, 'spans/1': second });

describe('reading a topic to where it ended', () => {
  it('is done when every partition is', async () => {
    const consumer = await begun();
    expect(consumer.isRead(undefined)).toBe(false);
    expect(consumer.isRead(at(100, 49))).toBe(false);
    expect(consumer.isRead(at(100, 50))).toBe(true);
  });

  it('is done before, where what is stamped later is not asked for', async () => {
    const consumer = await begun(60_000);
    expect(consumer.isRead(at(59, 50))).toBe(false);
    expect(consumer.isRead(at(60, 50))).toBe(true);
  });
});
