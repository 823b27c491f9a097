import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { createRandom } from '../../../src/runtime/index.ts';
import { type KafkaServer, startKafka } from '../../../test/servers/rig/kafka.ts';
import { type OtlpRecord, recordsOf } from '../../sources/same/otlp-records.ts';
import type { SourceInput } from '../../sources/same/index.ts';
import { dataDirOf, readSeen, type SeenSpans } from './fault-outcome.ts';
import { Life } from './life.ts';

const TOPIC = 'spans';
const GROUP = 'spanwatch';
/** As fast as the broker takes them. */
export const AT_ONCE = 10_000;
/** Short, so that fifty dead members cost minutes and not a quarter of an hour. */
const SESSION_MS = 2000;

/** What a disturbance can do. */
export interface KafkaWorld {
  readonly life: Life;
  readonly random: () => number;
  /** Lets the producer go as far as this part of the input, 0 to 1; it waits there. */
  readonly allow: (part: number) => void;
  /** The producer is through. */
  readonly isProduced: () => boolean;
  /** The broker's process gets SIGKILL, and comes back after `downMs`; the producer waits meanwhile. */
  readonly restartBroker: (downMs: number) => Promise<void>;
  /** Another member of the group comes and goes after `stayMs`; what it gets it leaves. */
  readonly rebalance: (stayMs: number) => Promise<void>;
}

export interface KafkaStory {
  readonly seen: SeenSpans;
  readonly seconds: number;
}

/** The input through a topic of a real broker, written at `speed` times its own pace, while `disturb` does what it does. */
export async function tellKafka(
  input: SourceInput,
  folder: string,
  options: {
    readonly partitions: number;
    readonly speed: number;
    readonly seed: number;
    readonly disturb: (world: KafkaWorld) => Promise<void>;
  },
): Promise<KafkaStory> {
  const startedAt = performance.now();
  mkdirSync(join(folder, 'kafka'), { recursive: true });
  const broker = new Broker(await startKafka({ folder: join(folder, 'kafka') }));
  const source = {
    type: 'kafka',
    brokers: [broker.address],
    topics: [TOPIC],
    groupId: GROUP,
    startAt: 'earliest',
  };
  const life = new Life(folder, { model: input.model, source: { ...source, sessionTimeoutMs: SESSION_MS } });
  try {
    await broker.createTopic(options.partitions);
    await life.start();
    const records: OtlpRecord[] = [];
    for await (const record of recordsOf(input.path)) records.push(record);
    broker.speed = options.speed;
    const producing = broker.produce(records, options.partitions);
    await options.disturb({
      life,
      random: createRandom(options.seed),
      allow: (part) => void (broker.allowed = part),
      isProduced: () => broker.isProduced,
      restartBroker: (downMs) => broker.restart(downMs),
      rebalance: (stayMs) => broker.rebalance(stayMs),
    });
    // What is left comes at once.
    Object.assign(broker, { allowed: 1, speed: AT_ONCE });
    await producing;
    await life.untilAssembled(input.spans);
    await life.stop();
    return { seen: await readSeen(dataDirOf(folder)), seconds: (performance.now() - startedAt) / 1000 };
  } finally {
    await life.close();
    await broker.stop();
  }
}

class Broker {
  #server: KafkaServer;
  readonly #client: kafkajs.Kafka;
  allowed = 1;
  /** Times the input's own pace. */
  speed = 1;
  isProduced = false;
  #isDown = false;
  #sending: Promise<unknown> = Promise.resolve();

  constructor(server: KafkaServer) {
    this.#server = server;
    this.#client = new kafkajs.Kafka({ brokers: [server.broker], logLevel: kafkajs.logLevel.NOTHING });
  }

  get address(): string {
    return this.#server.broker;
  }

  async createTopic(numPartitions: number): Promise<void> {
    const admin = this.#client.admin();
    await admin.connect();
    const configEntries = [{ name: 'retention.ms', value: '-1' }];
    await admin.createTopics({
      topics: [{ topic: TOPIC, numPartitions, configEntries }],
      waitForLeaders: true,
    });
    await admin.disconnect();
  }

  /** A record a second of the input, to the partitions in turn. */
  async produce(records: readonly OtlpRecord[], partitions: number): Promise<void> {
    let producer = this.#client.producer();
    await producer.connect();
    let wasDown = false;
    for (const [i, { bytes, endMs }] of records.entries()) {
      while (this.#isDown || i / records.length > this.allowed) {
        wasDown ||= this.#isDown;
        await pause(50);
      }
      // Connections of before are broken, and a send over one of them is repeated by chance only.
      if (wasDown) {
        await producer.disconnect().catch(() => undefined);
        producer = this.#client.producer();
        await producer.connect();
        wasDown = false;
      }
      const messages = [
        { value: Buffer.from(bytes), partition: i % partitions, timestamp: String(Math.floor(endMs)) },
      ];
      this.#sending = producer.send({ topic: TOPIC, messages });
      await this.#sending;
      if (i > 0) await pause((endMs - records[i - 1].endMs) / this.speed);
    }
    await producer.disconnect();
    this.isProduced = true;
  }

  async restart(downMs: number): Promise<void> {
    this.#isDown = true;
    await this.#sending;
    await this.#server.kill();
    await pause(downMs);
    this.#server = await this.#server.restart();
    this.#isDown = false;
  }

  async rebalance(stayMs: number): Promise<void> {
    const member = this.#client.consumer({ groupId: GROUP, sessionTimeout: 6000 });
    await member.connect();
    await member.subscribe({ topics: [TOPIC], fromBeginning: false });
    const joined = new Promise<void>((resolve) => void member.on(member.events.GROUP_JOIN, () => resolve()));
    await member.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: () => Promise.resolve() });
    await joined;
    await pause(stayMs);
    await member.disconnect();
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}
