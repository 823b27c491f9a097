import { join } from 'node:path';
import type { KafkaServer } from '../../test/servers/rig/kafka.ts';
import type { Check, CheckResult } from '../verify-long/check.ts';
import type { ConsumedBy } from './throughput/consumed.ts';
import type { ConsumerName } from './throughput/consumer-process.ts';
import { consume, fillTopic, median, SPANS, speed } from './throughput/one-core.ts';
import { withPinnedBroker } from './throughput/pinned-broker.ts';
import { sharesOf, type TimeShare } from './throughput/profile.ts';

/** The default batch of OpenTelemetry's SDKs, and a batch of the Collector. */
const SPANS_PER_RECORD = [512, 8192] as const;
const ROUNDS = 3;
/** What is promised. */
const BAR = 3;

/** Kafka to summaries on one core, beside what one would write from packages. */
export const throughput: Check = {
  name: 'throughput',
  title: 'Kafka to summaries on one core, beside stock parts',
  run: ({ scratch, say }) =>
    withPinnedBroker(scratch, async (kafka) => {
      const measured: Measured[] = [];
      for (const spansPerRecord of SPANS_PER_RECORD) {
        const topic = `spans-${spansPerRecord}`;
        const { bytes } = await fillTopic(kafka, topic, spansPerRecord);
        measured.push(await measure({ kafka, topic, spansPerRecord, bytes }, say));
      }
      const profiles = await profile(kafka, `spans-${SPANS_PER_RECORD[0]}`, scratch);
      return resultOf(measured, profiles);
    }),
};

interface Input {
  readonly kafka: KafkaServer;
  readonly topic: string;
  readonly spansPerRecord: number;
  readonly bytes: number;
}

interface Measured extends Input {
  /** A run each, in the same order. */
  readonly ours: readonly ConsumedBy[];
  readonly stock: readonly ConsumedBy[];
}

/** A round runs each side once, one after the other, so that a noisy moment hits both. */
async function measure(input: Input, say: (text: string) => void): Promise<Measured> {
  const [ours, stock]: ConsumedBy[][] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await consume('ours', input));
    stock.push(await consume('stock', input));
    const [a, b] = [ours, stock].map((runs) => (SPANS / (runs.at(-1)?.cpuSeconds ?? 1) / 1000).toFixed(0));
    say(`  ${input.spansPerRecord} spans a record: ${a}k spans a CPU second, stock ${b}k`);
  }
  return { ...input, ours, stock };
}

async function profile(
  kafka: KafkaServer,
  topic: string,
  scratch: string,
): Promise<Readonly<Record<'ours' | 'stock', readonly TimeShare[]>>> {
  const shares = async (name: ConsumerName): Promise<readonly TimeShare[]> => {
    const folder = join(scratch, `profile-${name}`);
    await consume(name, { kafka, topic }, ['--cpu-prof', `--cpu-prof-dir=${folder}`]);
    return sharesOf(folder);
  };
  return { ours: await shares('ours'), stock: await shares('stock') };
}

function resultOf(
  measured: readonly Measured[],
  profiles: Readonly<Record<'ours' | 'stock', readonly TimeShare[]>>,
): CheckResult {
  const figures = measured.map((one) => {
    const ratio = median(one.ours.map((run, i) => one.stock[i].cpuSeconds / run.cpuSeconds));
    const least = Math.min(...one.ours.map((run, i) => one.stock[i].cpuSeconds / run.cpuSeconds));
    return { ...one, ratio, least };
  });
  return {
    rows: figures.map(({ spansPerRecord, ratio, least }) => ({
      promise: `records of ${spansPerRecord} spans: spans a CPU second against kafkajs + protobufjs + Map, >= ${BAR}x`,
      measured: `${ratio.toFixed(1)}x (the worst of ${ROUNDS} rounds ${least.toFixed(1)}x)`,
      ok: ratio >= BAR,
    })),
    markdown: [
      `${SPANS} spans of the simulated shop in \`otlp_proto\`, some ten attributes each, on one partition of a real broker; each consumer in a process of its own, all its threads on one core, the broker on another, in turn, ${ROUNDS} rounds, medians. Ours is the source of \`run\` with kafkajs behind its port, into the first stage: assembled, measured on the critical path, summarised by component and 10 s. The stock one has kafkajs hand over batches, protobufjs decode, a Map of hex ids hold open traces, and a Map take count, sum, squares, largest and errors by 10 s, service and operation. Both start when the first records are there.`,
      '',
      '| spans a record | bytes a span | ours, spans a CPU second | stock | ratio | ours by the clock | stock | summaries: ours | stock |',
      '|---|---|---|---|---|---|---|---|---|',
      ...figures.map(({ spansPerRecord, bytes, ours, stock, ratio }) => {
        const cpu = (runs: readonly ConsumedBy[]): string => speed(runs.map(({ cpuSeconds }) => cpuSeconds));
        const clock = (runs: readonly ConsumedBy[]): string => speed(runs.map(({ seconds }) => seconds));
        const cells = [
          spansPerRecord,
          (bytes / SPANS).toFixed(0),
          cpu(ours),
          cpu(stock),
          `${ratio.toFixed(1)}x`,
        ];
        return `| ${[...cells, clock(ours), clock(stock), ours[0].entries, stock[0].entries].join(' | ')} |`;
      }),
      '',
      `Where the time goes, records of ${SPANS_PER_RECORD[0]} spans, by V8's sampling profiler (self time of the main thread, start included, idle left out):`,
      '',
      '| ours | | stock | |',
      '|---|---|---|---|',
      ...besides(profiles.ours, profiles.stock),
    ].join('\n'),
  };
}

function besides(left: readonly TimeShare[], right: readonly TimeShare[]): string[] {
  const cells = (share: TimeShare | undefined): string =>
    share === undefined ? ' | ' : `${share.what} | ${(share.share * 100).toFixed(0)} %`;
  return Array.from(
    { length: Math.max(left.length, right.length) },
    (_, i) => `| ${cells(left.at(i))} | ${cells(right.at(i))} |`,
  );
}
