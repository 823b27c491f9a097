import { appendFile, stat } from 'node:fs/promises';
import type { KafkaConsumer } from './consumer-port.ts';
import type { MergedRecord } from './partition-merge.ts';

export interface DeadLetters {
  /** Keeps a record that is no spans, with the reason. Rejects when it cannot. */
  put(record: MergedRecord, reason: string): Promise<void>;
}

/** A poisoned producer must not fill the disk: what is over is refused. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** On a topic of their own, with where they came from and why in headers. */
export function deadLetterTopic(topic: string, consumer: Pick<KafkaConsumer, 'send'>): DeadLetters {
  return {
    put: ({ topic: from, partition, record }, reason) =>
      consumer.send(topic, {
        value: record.value,
        headers: { reason, topic: from, partition: String(partition), offset: String(record.offset) },
      }),
  };
}

/** In a file, a line of JSON each, the bytes in base64. Rejects when the file is full. */
export function deadLetterFile(path: string): DeadLetters {
  return {
    put: async ({ topic, partition, record }, reason) => {
      const { size } = await stat(path).catch(() => ({ size: 0 }));
      if (size > MAX_FILE_BYTES)
        throw new Error(
          `${path} is full (${MAX_FILE_BYTES / 1024 / 1024} MiB): look at it, and move it away`,
        );
      const value = record.value === null ? null : Buffer.from(record.value).toString('base64');
      const line = {
        topic,
        partition,
        offset: record.offset,
        timestampMs: record.timestampMs,
        reason,
        value,
      };
      await appendFile(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    },
  };
}
