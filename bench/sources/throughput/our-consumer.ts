import { TraceStage } from '../../../src/app/trace-stage.ts';
import { createVocabulary } from '../../../src/app/vocabulary.ts';
import { DEFAULT_ASSEMBLE_LIMITS } from '../../../src/assemble/index.ts';
import { parseConfig } from '../../../src/config/index.ts';
import { createFormats, sniffRecord } from '../../../src/formats/index.ts';
import {
  createLogger,
  createMetrics,
  createRandom,
  createWallClock,
  type Logger,
} from '../../../src/runtime/index.ts';
import type { KafkaConsumer } from '../../../src/sources/kafka/consumer-port.ts';
import { createKafkaSource, type KafkaConfig } from '../../../src/sources/kafka/index.ts';
import type { Consumed, ConsumeOptions } from './consumed.ts';

/** The source as `run` has it, into the first stage: assembled, measured, summarised by component and window. */
export async function consumeOurs(
  { broker, topic, spans, onFirst }: ConsumeOptions,
  createConsumer: (config: KafkaConfig, logger: Logger) => KafkaConsumer,
): Promise<Consumed> {
  const parsed = parseConfig('', 'bench');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const vocabulary = createVocabulary(parsed.config.names);
  const runtime = {
    clock: createWallClock(),
    logger: createLogger('error'),
    metrics: createMetrics(),
    random: createRandom(1),
  };
  const config: KafkaConfig = {
    name: 'kafka',
    brokers: [broker],
    topics: [topic],
    groupId: `ours-${process.pid}`,
    clientId: 'bench',
    encoding: 'otlp_proto',
    startAt: 'earliest',
    deadLetterFile: '/dev/null',
  };
  let entries = 0;
  const stage = new TraceStage(vocabulary, DEFAULT_ASSEMBLE_LIMITS, {
    onMeasured: () => undefined,
    onSealed: (batch) => void (entries += batch.length),
  });
  let seen = 0;
  await new Promise<void>((resolve, reject) => {
    const sink = {
      accept: ({ batch }: { batch: Parameters<TraceStage['add']>[0] }) => {
        if (seen === 0) onFirst();
        stage.add(batch);
        seen += batch.length;
        if (seen >= spans) resolve();
        return { kind: 'ok' as const };
      },
    };
    const next = { sink, cursor: () => undefined, sealedThroughUs: () => 0, sniffRecord };
    const consumer = createConsumer(config, runtime.logger);
    const source = createKafkaSource(config, createFormats(vocabulary.names), { next, consumer }, runtime);
    source.start().catch(reject);
  });
  stage.flush();
  return { spans: seen, entries };
}
