import type { KafkaServer } from '../../test/servers/rig/kafka.ts';
import type { Check, CheckResult } from '../verify-long/check.ts';
import type { ConsumedBy } from './throughput/consumed.ts';
import type { ConsumerName } from './throughput/consumer-process.ts';
import { consume, fillTopic, median, SPANS, speed, type Topic } from './throughput/one-core.ts';
import { withPinnedBroker } from './throughput/pinned-broker.ts';

/** A batch of an SDK; and records that are small, as Jaeger's are, where what a client does for each weighs most. */
const SPANS_PER_RECORD = [512, 4] as const;
const ROUNDS = 3;

/** `drain`: records are counted by what the client itself offers. `source`: the source of `run`, to summaries. */
const CLIENTS = {
  kafkajs: { drain: 'drain-kafkajs', source: 'ours' },
  platformatic: { drain: 'drain-platformatic', source: 'ours-platformatic' },
} as const satisfies Record<string, Record<'drain' | 'source', ConsumerName>>;

/** kafkajs beside \@platformatic/kafka, the same bytes from the same broker, behind the same port (docs/adr/0020). */
export const clients: Check = {
  name: 'clients',
  title: 'kafkajs beside @platformatic/kafka, behind the same port',
  run: ({ scratch, say }) =>
    withPinnedBroker(scratch, async (kafka) => {
      const measured: Measured[] = [];
      for (const spansPerRecord of SPANS_PER_RECORD) {
        const topic = await fillTopic(kafka, `spans-${spansPerRecord}`, spansPerRecord);
        measured.push(await measure({ kafka, spansPerRecord, topic }, say));
      }
      return resultOf(measured);
    }),
};

type Runs = Readonly<Record<keyof typeof CLIENTS, readonly ConsumedBy[]>>;

interface Input {
  readonly kafka: KafkaServer;
  readonly spansPerRecord: number;
  readonly topic: Topic;
}

interface Measured extends Input {
  readonly drain: Runs;
  readonly source: Runs;
}

/** In turn, so that a noisy moment hits both. */
async function measure(input: Input, say: (text: string) => void): Promise<Measured> {
  const { kafka, topic, spansPerRecord } = input;
  const side = async (what: 'drain' | 'source'): Promise<Runs> => {
    const runs: Record<keyof typeof CLIENTS, ConsumedBy[]> = { kafkajs: [], platformatic: [] };
    const count = what === 'drain' ? topic.records : SPANS;
    for (let round = 0; round < ROUNDS; round++)
      for (const client of ['kafkajs', 'platformatic'] as const)
        runs[client].push(await consume(CLIENTS[client][what], { kafka, topic: topic.name, count }));
    const [a, b] = [runs.kafkajs, runs.platformatic].map((own) => cpu(own));
    say(`  ${what}, ${spansPerRecord} spans a record: ${a} spans a CPU second by kafkajs, ${b} by the other`);
    return runs;
  };
  return { ...input, drain: await side('drain'), source: await side('source') };
}

function cpu(runs: readonly ConsumedBy[]): string {
  return speed(runs.map(({ cpuSeconds }) => cpuSeconds));
}

function resultOf(measured: readonly Measured[]): CheckResult {
  const summaries = measured.map(({ source }) => {
    const counts = Object.values(source).flatMap((runs) => runs.map(({ entries }) => entries));
    return { counts, same: new Set(counts).size === 1 };
  });
  return {
    rows: measured.map(({ spansPerRecord }, i) => ({
      promise: `records of ${spansPerRecord} spans: both clients read all spans, to the same number of summaries`,
      measured: `${SPANS} spans each time, ${[...new Set(summaries[i].counts)].join(' and ')} summaries`,
      ok: summaries[i].same,
    })),
    markdown: [
      `${SPANS} spans of the simulated shop in \`otlp_proto\` on one partition of a real broker, each consumer in a process of its own on one core, the broker on another, in turn, ${ROUNDS} rounds, medians of thousands of spans. *Drain*: records are counted, by kafkajs' \`eachBatch\` and by the other's stream. *Source*: the source of \`run\` to summaries, with the one or the other behind its port (\`bench/sources/throughput/platformatic-consumer.ts\`).`,
      '',
      '| spans a record | what | kafkajs, a CPU second | @platformatic/kafka | ratio | kafkajs by the clock | @platformatic/kafka |',
      '|---|---|---|---|---|---|---|',
      ...measured.flatMap((one) => (['drain', 'source'] as const).map((what) => lineOf(one, what))),
    ].join('\n'),
  };
}

function lineOf(one: Measured, what: 'drain' | 'source'): string {
  const { kafkajs, platformatic } = one[what];
  const ratio = median(kafkajs.map((run, i) => run.cpuSeconds / platformatic[i].cpuSeconds));
  const clock = (runs: readonly ConsumedBy[]): string => speed(runs.map(({ seconds }) => seconds));
  const cells = [one.spansPerRecord, what, cpu(kafkajs), cpu(platformatic), `${ratio.toFixed(2)}x`];
  return `| ${[...cells, clock(kafkajs), clock(platformatic)].join(' | ')} |`;
}
