import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Names } from '../../../src/domain/names.ts';
import { createFormats, sniffRecord } from '../../../src/formats/index.ts';
import { ManualClock } from '../../../src/runtime/index.ts';
import {
  type ConsumerHandlers,
  type KafkaConsumer,
  type Partition,
  partitionKey,
  type RecordBatch,
} from '../../../src/sources/kafka/consumer-port.ts';
import { createKafkaSource } from '../../../src/sources/kafka/kafka-source.ts';
import type { Source } from '../../../src/domain/arrival.ts';
import type { KafkaConfig } from '../../../src/sources/kafka/kafka-config.ts';
import { jaegerProto } from '../../formats/jaeger-messages.ts';
import { untilHolds } from '../../setup/until-holds.ts';
import { RecordingSink, testRuntime } from '../recording-sink.ts';

/** Brokers with one topic: how much each of its partitions holds, and what the group has committed. */
class Brokers {
  readonly ends = new Map<string, number>();
  readonly committed = new Map<string, number>();
  refuseCommits = false;
  /** Of the next dead letter. */
  letter: Promise<void> = Promise.resolve();
  /** Of the next look at what there is. */
  look: Promise<void> = Promise.resolve();

  /** A process of the group. */
  consumer(): {
    consumer: KafkaConsumer;
    seeks: Map<string, number>;
    join: (only?: readonly number[]) => Promise<void>;
    handlers: () => ConsumerHandlers;
  } {
    const seeks = new Map<string, number>();
    let handlers: ConsumerHandlers | undefined;
    const given = (): ConsumerHandlers => {
      if (handlers === undefined) throw new Error('not started');
      return handlers;
    };
    const partitions = (): Partition[] =>
      [...this.ends.keys()].map((key) => ({ topic: 't', partition: Number(key.slice(2)) }));
    const join = async (only?: readonly number[]): Promise<void> => {
      const mine = partitions().filter(({ partition }) => only?.includes(partition) !== false);
      await given().onAssigned(mine, partitions().length);
    };
    const consumer: KafkaConsumer = {
      start: (its) => {
        handlers = its;
        return join();
      },
      seek: (partition, offset) => void seeks.set(partitionKey(partition), offset),
      pause: () => undefined,
      resume: () => undefined,
      commit: (next) => {
        if (this.refuseCommits) return Promise.reject(new Error('rebalance in progress'));
        for (const each of next) this.committed.set(partitionKey(each), each.offset);
        return Promise.resolve();
      },
      committed: () => Promise.resolve(new Map(this.committed)),
      ranges: async () => {
        await this.look;
        return partitions().map((each) => ({ ...each, low: 0, end: this.ends.get(partitionKey(each)) ?? 0 }));
      },
      offsetsAt: () => Promise.resolve(new Map()),
      send: () => this.letter,
      stop: () => Promise.resolve(),
    };
    return { consumer, seeks, join, handlers: given };
  }
}

describe('a Kafka source', () => {
  let folder: string;
  let brokers: Brokers;
  const sources: Source[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spanwatch-kafka-'));
    brokers = new Brokers();
  });
  afterEach(async () => {
    for (const source of sources.splice(0)) await source.shutdown();
    rmSync(folder, { recursive: true });
  });

  const started = async (cursor?: string, more: Partial<KafkaConfig> = {}) => {
    const { consumer, seeks, handlers, join: joinAgain } = brokers.consumer();
    const sink = new RecordingSink();
    const judged = { throughUs: 0 };
    const runtime = { ...testRuntime(), clock: new ManualClock(0) };
    const source = createKafkaSource(
      {
        ...{ name: 's', brokers: ['x'], topics: ['t'], groupId: 'g', clientId: 'c', encoding: 'auto' },
        ...{ startAt: 'latest', deadLetterFile: join(folder, 'dead.jsonl') },
        ...more,
      },
      createFormats(new Names()),
      {
        next: { sink, cursor: () => cursor, sealedThroughUs: () => judged.throughUs, sniffRecord },
        consumer,
      },
      runtime,
    );
    await source.start();
    sources.push(source);
    return { seeks, joinAgain, handlers, runtime, sink, judged };
  };

  it('begins where it decided to, after a new assignment too, when nothing was there to read yet', async () => {
    brokers.ends.set('t/0', 5);
    brokers.refuseCommits = true;
    const { seeks, joinAgain } = await started();
    expect(seeks.get('t/0')).toBe(5);
    // Written while the group was between two generations.
    brokers.ends.set('t/0', 12);
    await joinAgain();
    expect(seeks.get('t/0')).toBe(5);
  });

  it('says to the group at once where an idle partition begins: a restart goes on there', async () => {
    brokers.ends.set('t/0', 0);
    await started();
    expect(brokers.committed).toEqual(new Map([['t/0', 0]]));
    brokers.ends.set('t/0', 7);
    expect((await started()).seeks.get('t/0')).toBe(0);
  });

  it('commits nothing of what a position that was recovered stands for', async () => {
    brokers.ends.set('t/0', 9);
    brokers.committed.set('t/0', 2);
    expect((await started('{"t/0":6}')).seeks.get('t/0')).toBe(6);
    expect(brokers.committed.get('t/0')).toBe(2);
  });

  it('reads a partition from its beginning that came while it ran', async () => {
    brokers.ends.set('t/0', 5);
    const { seeks, joinAgain } = await started();
    brokers.ends.set('t/1', 3);
    await joinAgain();
    expect(seeks).toEqual(
      new Map([
        ['t/0', 5],
        ['t/1', 0],
      ]),
    );
  });

  it('reads a partition from its beginning that came while it was away', async () => {
    brokers.ends.set('t/0', 5).set('t/1', 3);
    expect((await started('{"t/0":4}')).seeks).toEqual(
      new Map([
        ['t/0', 4],
        ['t/1', 0],
      ]),
    );
  });

  it('counts a dead letter as lost when its file is full', async () => {
    const path = join(folder, 'dead.jsonl');
    writeFileSync(path, '');
    truncateSync(path, 64 * 1024 * 1024 + 1);
    brokers.ends.set('t/0', 0);
    const { handlers, runtime } = await started();
    brokers.ends.set('t/0', 1);
    const records = [{ offset: 0, timestampMs: 0, value: Buffer.from('no spans') }];
    await handlers().onBatch({ topic: 't', partition: 0, next: 1, end: 1, records }, () => Promise.resolve());
    const count = async (): Promise<number | undefined> =>
      (
        await runtime.metrics.registry.getSingleMetric('spanwatch_kafka_lost_dead_letters_total')?.get()
      )?.values.at(0)?.value;
    await untilHolds(async () => {
      expect(await count()).toBe(1);
    });
    expect(statSync(path).size).toBe(64 * 1024 * 1024 + 1);
  });

  describe('when a partition comes back from another member', () => {
    it('goes on where that one was, if it was further, and else after what was read here', async () => {
      brokers.ends.set('t/0', 5).set('t/1', 5).set('t/2', 5);
      const { seeks, joinAgain } = await started();
      await joinAgain([2]);
      brokers.ends.set('t/0', 50).set('t/1', 50).set('t/2', 50);
      brokers.committed.set('t/0', 40).set('t/1', 3).set('t/2', 40);
      await joinAgain();
      expect(seeks).toEqual(
        new Map([
          ['t/0', 40],
          ['t/1', 5],
          // It was ours all the time: what is kept here rules.
          ['t/2', 5],
        ]),
      );
    });

    it('does so after a restart too', async () => {
      brokers.ends.set('t/0', 0).set('t/1', 0);
      const { joinAgain, handlers, sink } = await started();
      await joinAgain([1]);
      await handlers().onBatch(batchOf(1, [GOOD]), () => Promise.resolve());
      await untilHolds(() => {
        expect(sink.cursors).toHaveLength(1);
      });
      brokers.ends.set('t/0', 50).set('t/1', 50);
      brokers.committed.set('t/0', 40).set('t/1', 40);
      expect((await started(sink.cursors[0])).seeks).toEqual(
        new Map([
          ['t/0', 40],
          ['t/1', 1],
        ]),
      );
    });

    it('has in no commit what was taken of it before', async () => {
      brokers.ends.set('t/0', 0).set('t/1', 0);
      const { joinAgain, handlers, sink, judged, runtime } = await started();
      sink.outcome = { kind: 'busy', retryAfterMs: 1000 };
      void handlers().onBatch(batchOf(0, [GOOD]), () => Promise.resolve());
      await untilHolds(() => {
        expect(sink.refused).toBe(1);
      });
      await joinAgain([1]);
      brokers.ends.set('t/0', 50);
      brokers.committed.set('t/0', 40);
      sink.outcome = { kind: 'ok' };
      judged.throughUs = Number.MAX_SAFE_INTEGER;
      runtime.clock.advance(1000);
      await untilHolds(() => {
        expect(sink.cursors).toEqual(['{"t/0":1,"t/1":0}']);
      });
      await joinAgain();
      expect(brokers.committed.get('t/0')).toBe(40);
    });
  });

  it('reads nothing twice that was read when a new assignment came, and not handed over yet', async () => {
    brokers.ends.set('t/0', 0);
    const { seeks, joinAgain, handlers, sink } = await started(undefined, { deadLetterTopic: 'dead' });
    let sent = (): void => undefined;
    brokers.letter = new Promise((resolve) => (sent = resolve));
    brokers.ends.set('t/0', 3);
    void handlers().onBatch(batchOf(0, [GOOD, 'no spans', GOOD]), () => Promise.resolve());
    await new Promise(setImmediate);
    await joinAgain();
    expect(seeks.get('t/0')).toBe(2);
    sent();
    await untilHolds(() => {
      expect(sink.cursors).toEqual(['{"t/0":2}']);
    });
    expect(sink.spans).toHaveLength(1);
  });

  it('holds to the newest assignment, though an earlier one is looked at for longer', async () => {
    brokers.ends.set('t/0', 5).set('t/1', 5);
    const { joinAgain, handlers, sink } = await started();
    let looked = (): void => undefined;
    brokers.look = new Promise((resolve) => (looked = resolve));
    const earlier = joinAgain([0]);
    brokers.look = Promise.resolve();
    await joinAgain([1]);
    looked();
    await earlier;
    const batch = { ...batchOf(1, [GOOD]), next: 6, end: 6 };
    const records = batch.records.map((record) => ({ ...record, offset: 5 }));
    expect(await handlers().onBatch({ ...batch, records }, () => Promise.resolve())).toBe(true);
    expect(sink.spans).toHaveLength(1);
  });
});

const SPAN = {
  ...{ traceId: '1'.padStart(32, '0'), spanId: '1'.padStart(16, '0'), name: 'work', service: 'jaeger-test' },
  ...{ startUs: Date.UTC(2026, 0, 1) * 1000, durationUs: 500 },
};
const GOOD = 'spans';

/** Records from offset 0 on. */
function batchOf(partition: number, values: readonly string[]): RecordBatch {
  const records = values.map((value, offset) => ({
    ...{ offset, timestampMs: 0 },
    value: value === GOOD ? Buffer.from(jaegerProto(SPAN)) : Buffer.from(value),
  }));
  return { topic: 't', partition, next: values.length, end: values.length, records };
}
