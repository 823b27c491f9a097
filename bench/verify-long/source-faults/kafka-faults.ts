import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { SourceInput } from '../../sources/same/index.ts';
import { type FaultOutcome, outcomeOf, type SeenSpans } from './fault-outcome.ts';
import { AT_ONCE, type KafkaWorld, tellKafka } from './kafka-stories.ts';

export interface KafkaFaultOptions {
  readonly kills: number;
  readonly brokerRestarts: number;
  readonly rebalances: number;
  readonly rebalanceEveryMs: number;
}

const PARTITIONS = 4;
/** Kafka's faults, one after the other, each compared with an undisturbed run. */
export async function* kafkaFaults(
  input: SourceInput,
  scratch: string,
  { kills, brokerRestarts, rebalances, rebalanceEveryMs }: KafkaFaultOptions,
): AsyncGenerator<FaultOutcome> {
  const common = { partitions: PARTITIONS, seed: 20260105 };
  const whole = await tellKafka(input, join(scratch, 'undisturbed'), {
    ...common,
    speed: AT_ONCE,
    disturb: () => Promise.resolve(),
  });
  const undisturbed: SeenSpans = whole.seen;
  const run = async (
    name: string,
    [fault, done]: readonly [string, string],
    speed: number,
    disturb: (world: KafkaWorld) => Promise<void>,
  ): Promise<FaultOutcome> => {
    const { seen, seconds } = await tellKafka(input, join(scratch, name), { ...common, speed, disturb });
    return outcomeOf({ fault, done, spans: input.spans, seen, undisturbed, seconds });
  };
  const starting = Math.floor(kills / 5);
  yield await run(
    'kills',
    [
      'SIGKILL at random moments, Kafka',
      `${kills} kills while it reads, ${starting} more while it starts; the producer writes on`,
    ],
    30,
    (world) => killAtRandom(world, kills, starting),
  );
  yield await run(
    'broker',
    [
      'broker restart',
      `${brokerRestarts} times SIGKILL of the broker, away for 3 s and what it needs to start`,
    ],
    10,
    async ({ restartBroker }) => {
      for (let i = 0; i < brokerRestarts; i++) {
        await pause(3000);
        await restartBroker(3000);
      }
    },
  );
  yield await run(
    'rebalances',
    [
      'rebalances',
      `${rebalances} times another member of the group comes and goes, every ${rebalanceEveryMs / 1000} s; the producer at its own pace`,
    ],
    1,
    async ({ rebalance, isProduced }) => {
      for (let i = 0; i < rebalances && !isProduced(); i++) {
        const next = pause(rebalanceEveryMs);
        await rebalance(1000);
        await next;
      }
    },
  );
}

async function killAtRandom(
  { life, random, allow }: KafkaWorld,
  kills: number,
  starting: number,
): Promise<void> {
  for (let i = 0; i < kills; i++) {
    allow((i + 1) / (kills + 1));
    await pause(300 + random() * 4000);
    await life.kill();
    if (i % Math.ceil(kills / Math.max(1, starting)) === 0) await life.startAndKill(random() * life.startMs);
    await life.start();
  }
}
