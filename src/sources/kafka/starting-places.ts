import { type KafkaConsumer, type Partition, partitionKey } from './consumer-port.ts';
import type { KafkaConfig } from './kafka-config.ts';
import type { Positions } from './positions.ts';
import { type StartDecision, startingOffset } from './starting-offset.ts';

export interface StartingPlace {
  readonly partition: Partition;
  readonly decision: StartDecision;
  /** The offset that the partition's next record will get. */
  readonly end: number;
  /** False when the brokers say nothing of the partition yet: then this is a guess, and not kept. */
  readonly known: boolean;
}

/** Where each assigned partition begins, by what is known here and what the brokers say. */
export class StartingPlaces {
  readonly #consumer: Pick<KafkaConsumer, 'ranges' | 'committed' | 'offsetsAt'>;
  readonly #config: Pick<KafkaConfig, 'topics' | 'startAt'>;
  /** Those that were there when the group first was: `startAt` is for them. Others came since, and are read whole. */
  #first: ReadonlySet<string> | undefined;

  constructor(
    consumer: Pick<KafkaConsumer, 'ranges' | 'committed' | 'offsetsAt'>,
    config: Pick<KafkaConfig, 'topics' | 'startAt'>,
  ) {
    this.#consumer = consumer;
    this.#config = config;
  }

  /** Rejects when the brokers do not answer. */
  async of(partitions: readonly Partition[], positions: Positions): Promise<readonly StartingPlace[]> {
    const { topics, startAt } = this.#config;
    const all = await this.#consumer.ranges(topics);
    const ranges = new Map(all.map((range) => [partitionKey(range), range]));
    const committed = await this.#consumer.committed(partitions);
    const atMs = Date.parse(startAt);
    const timed = Number.isNaN(atMs) ? undefined : await this.#consumer.offsetsAt(topics, atMs);
    // Of a topic that was read before the restart, the positions name all that there was.
    this.#first ??= new Set(all.filter(({ topic }) => !positions.knows(topic)).map(partitionKey));
    const first = this.#first;
    return partitions.map((partition) => {
      const key = partitionKey(partition);
      const range = ranges.get(key) ?? { ...partition, low: 0, end: 0 };
      const decision = startingOffset({
        position: positions.next(partition),
        wasAway: positions.wasAway(partition),
        committed: committed.get(key),
        timed: timed?.get(key),
        startAt: timed === undefined ? (startAt as 'latest' | 'earliest') : 'time',
        isNew: !first.has(key),
        range,
      });
      return { partition, decision, end: range.end, known: ranges.has(key) };
    });
  }
}
