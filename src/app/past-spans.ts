import { type Config, type PullSourceConfig, type SourceConfig } from '../config/index.ts';
import type { Source } from '../domain/arrival.ts';
import { createFormats, sniffRecord } from '../formats/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { type FileRecord, keepEndsWithin } from '../sources/file/index.ts';
import { createKafkajsConsumer, createKafkaSource, untilEnds } from '../sources/kafka/index.ts';
import { createPullSource, throughOf } from '../sources/pulling/index.ts';
import { kafkaConfig, type KafkaSourceConfig } from './kafka-config.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { sliceReader } from './pull-sources.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Spans come this much after they ended at the latest: what is stamped later holds none of the stretch. */
const MOST_LATE_MS = 600_000;

/** Sources that hold what was before. */
export type PastSource = PullSourceConfig | KafkaSourceConfig;

export function hasPast(source: SourceConfig): source is PastSource {
  return source.type === 'kafka' || 'schedule' in source;
}

interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * What a source still holds of [fromMs, toMs), by arrival, as files are read. Kafka is read from the first record stamped
 * `fromMs` or later to where the topics end now, by a group of its own that commits nothing that anybody else reads. A
 * store that is away is asked again; a broker that is away rejects.
 */
export async function* pastSpans(
  source: PastSource,
  stretch: Stretch,
  { config, vocabulary }: { readonly config: Config; readonly vocabulary: Vocabulary },
  runtime: Runtime,
): AsyncGenerator<FileRecord, void, undefined> {
  const queue = new OneAtATime(vocabulary.names, runtime.clock);
  const { reading, isDone } =
    source.type === 'kafka'
      ? ofKafka(source, stretch, { config, vocabulary, queue }, runtime)
      : ofStore(source, stretch, { vocabulary, queue }, runtime);
  await reading.start();
  try {
    for await (const batch of queue.batches(isDone)) {
      // Records of a topic are found by when they were written, and hold what ended before or after.
      if (source.type === 'kafka') keepEndsWithin(batch, stretch.fromMs * 1000, stretch.toMs * 1000);
      if (batch.length === 0) continue;
      yield { file: source.name, batch, arrivalUs: batch.latestEndUs() };
    }
  } finally {
    await reading.shutdown();
  }
}

interface Past {
  readonly reading: Source;
  readonly isDone: (cursor: string | undefined) => boolean;
}

function ofStore(
  source: PullSourceConfig,
  { fromMs, toMs }: Stretch,
  { vocabulary, queue }: { readonly vocabulary: Vocabulary; readonly queue: OneAtATime },
  runtime: Runtime,
): Past {
  const iso = (ms: number): string => new Date(ms).toISOString();
  const reader = sliceReader(source, createFormats(vocabulary.names), runtime);
  // Nothing of the past comes late.
  const config = { ...source, startAt: iso(fromMs), stopAt: iso(toMs), settleMs: 0 };
  const next = { sink: queue, names: vocabulary.names, clock: 'event', cursor: () => undefined } as const;
  return {
    reading: createPullSource(config, reader, next, runtime),
    isDone: (cursor) => (throughOf(cursor) ?? fromMs) >= toMs,
  };
}

function ofKafka(
  source: KafkaSourceConfig,
  { fromMs, toMs }: Stretch,
  parts: { readonly config: Config; readonly vocabulary: Vocabulary; readonly queue: OneAtATime },
  runtime: Runtime,
): Past {
  const { config, vocabulary, queue } = parts;
  const started = runtime.clock.now();
  const kafka = {
    ...kafkaConfig(source, config),
    groupId: `${source.groupId}-learn-${started}`,
    startAt: new Date(fromMs).toISOString(),
  };
  const stampedBeforeMs = toMs + MOST_LATE_MS;
  const consumer = untilEnds(
    createKafkajsConsumer(kafka, runtime.logger),
    kafka.topics,
    stampedBeforeMs < started ? stampedBeforeMs : undefined,
  );
  const next = { sink: queue, cursor: () => undefined, sealedThroughUs: () => 0, sniffRecord };
  const reading = createKafkaSource(kafka, createFormats(vocabulary.names), { next, consumer }, runtime);
  return { reading, isDone: (cursor) => consumer.isRead(cursor) };
}
