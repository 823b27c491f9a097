import type { Source, SpanSink } from '../../domain/arrival.ts';
import { SpanBatch } from '../../domain/span-batch.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { SourceFormats } from '../port.ts';
import type { ConsumerHandlers, KafkaConsumer, Partition } from './consumer-port.ts';
import { type DeadLetters, deadLetterFile, deadLetterTopic } from './dead-letters.ts';
import { FORMAT_OF, type KafkaConfig } from './kafka-config.ts';
import { keepingAlive } from './keep-alive.ts';
import { createKafkaMetrics, type KafkaMetrics } from './kafka-metrics.ts';
import { type MergedRecord, PartitionMerge } from './partition-merge.ts';
import { Progress } from './progress.ts';
import type { StartDecision } from './starting-offset.ts';
import { type StartingPlace, StartingPlaces } from './starting-places.ts';

/** What the source hands its spans to, and what it is told of their fate. */
export interface KafkaNext {
  readonly sink: SpanSink;
  /** Of the state that was recovered; undefined when there is none. Asked at the start. */
  readonly cursor: () => string | undefined;
  /** End of the newest window that is sealed and judged, epoch microseconds. */
  readonly sealedThroughUs: () => number;
  /** What one record is, by its bytes. */
  readonly sniffRecord: (bytes: Uint8Array) => keyof SourceFormats['byName'] | undefined;
}

/** Spans that are handed over together: enough that the call is cheap, few enough that lag stays small. */
const SPANS_AT_ONCE = 2048;
const COMMIT_EVERY_MS = 5000;

/**
 * Spans from Kafka topics as a member of a consumer group. Partitions are read side by side in order of their records'
 * time stamps. Where it goes on is kept with what detection knows (the cursor); the group's offsets follow when all that
 * they stand for is judged. A record that is no spans goes to the dead letters, and the source lives on.
 */
export function createKafkaSource(
  config: KafkaConfig,
  formats: SourceFormats,
  { next, consumer }: { readonly next: KafkaNext; readonly consumer: KafkaConsumer },
  runtime: Runtime,
): Source {
  const reader = new KafkaReader(config, formats, { next, consumer }, runtime);
  return { name: config.name, start: () => reader.start(), shutdown: () => reader.shutdown() };
}

class KafkaReader implements ConsumerHandlers {
  readonly #config: KafkaConfig;
  readonly #formats: SourceFormats;
  readonly #next: KafkaNext;
  readonly #consumer: KafkaConsumer;
  readonly #runtime: Runtime;
  #progress = new Progress(undefined);
  readonly #places: StartingPlaces;
  readonly #merge: PartitionMerge;
  readonly #deadLetters: DeadLetters;
  readonly #metrics: KafkaMetrics;
  readonly #batch: SpanBatch;
  #running = false;
  /** Counts assignments: what is found out for an earlier one comes too late. */
  #assignment = 0;
  #pumping: Promise<void> = Promise.resolve();
  #cancelCommit = (): void => undefined;

  constructor(
    config: KafkaConfig,
    formats: SourceFormats,
    { next, consumer }: { readonly next: KafkaNext; readonly consumer: KafkaConsumer },
    runtime: Runtime,
  ) {
    this.#config = config;
    this.#formats = formats;
    this.#next = next;
    this.#consumer = consumer;
    this.#places = new StartingPlaces(consumer, config);
    this.#runtime = runtime;
    this.#merge = new PartitionMerge(runtime.clock);
    this.#merge.onDrained = (partition) => this.#consumer.resume(partition);
    this.#batch = new SpanBatch(formats.names);
    this.#metrics = createKafkaMetrics(config.name, runtime.metrics);
    const { deadLetterTopic: topic } = config;
    this.#deadLetters =
      topic === undefined ? deadLetterFile(config.deadLetterFile) : deadLetterTopic(topic, consumer);
  }

  async start(): Promise<void> {
    this.#progress = new Progress(this.#next.cursor());
    await this.#consumer.start(this);
    this.#running = true;
    this.#pumping = this.#pump();
    this.#armCommit();
  }

  async shutdown(): Promise<void> {
    this.#running = false;
    this.#cancelCommit();
    this.#merge.assign([]);
    await this.#pumping;
    await this.#commit();
    await this.#consumer.stop();
  }

  async onAssigned(partitions: readonly Partition[], total: number): Promise<void> {
    const assignment = ++this.#assignment;
    // Nothing more is taken until it is known where, and what was taken is not taken again.
    this.#merge.assign([]);
    this.#progress.settle();
    const places = await this.#places.of(partitions, this.#progress.positions);
    if (assignment !== this.#assignment) return;
    this.#progress.assigned(partitions);
    this.#merge.assign(places.map((place) => this.#beginAt(place)));
    const facts = { source: this.#config.name, partitions: partitions.length, of: total };
    this.#runtime.logger.info(facts, 'kafka partitions assigned');
    if (partitions.length < total)
      this.#runtime.logger.warn(
        facts,
        'other members of this group have partitions too: unless records are keyed by trace, traces are cut in two',
      );
    await this.#commit();
  }

  /**
   * What is decided holds from now on, before anything is read: a partition that is idle would otherwise be decided on
   * again after each restart, and begin behind what came meanwhile.
   */
  #beginAt({ partition, decision, end, known }: StartingPlace): Partition & { next: number; end: number } {
    const { offset, reason } = decision;
    this.#say(partition, decision);
    this.#consumer.seek(partition, offset);
    const isSettled = reason === 'start-at' || reason === 'new-partition';
    if (known) this.#progress.beginAt(partition, offset, isSettled);
    return { ...partition, next: offset, end };
  }

  async onBatch(
    batch: Parameters<ConsumerHandlers['onBatch']>[0],
    keepAlive: () => Promise<void>,
  ): Promise<boolean> {
    const expected = this.#merge.nextOf(batch);
    if (expected === undefined || !this.#running) return false;
    // Fetched before the place was changed, or handed over again: what was taken is not taken twice.
    const first = batch.records.findIndex(({ offset }) => offset >= expected);
    const records = first < 0 ? [] : batch.records.slice(first);
    const offered = this.#merge.offer({ ...batch, records });
    this.#metrics.lag(this.#merge.lag);
    const outcome = await keepingAlive(offered, keepAlive, this.#runtime.clock);
    // Others are waited for: this one has enough until it is their turn no longer.
    if (outcome === 'kept' && this.#merge.has(batch)) this.#consumer.pause(batch);
    return outcome !== 'dropped';
  }

  /** Takes records in order of time and hands their spans over, until `shutdown`. */
  async #pump(): Promise<void> {
    while (this.#running) {
      for (let next = this.#merge.take(); next !== undefined && this.#running; next = this.#merge.take()) {
        await this.#read(next);
        if (this.#batch.length >= SPANS_AT_ONCE) await this.#handOver();
      }
      await this.#handOver();
      if (this.#running) await this.#merge.changed();
    }
  }

  async #read(merged: MergedRecord): Promise<void> {
    const { record } = merged;
    const reason = this.#decode(record.value);
    this.#progress.read(merged, record.offset + 1);
    if (reason !== undefined) {
      this.#metrics.poisoned();
      await this.#deadLetters.put(merged, reason).catch((error: unknown) => {
        this.#metrics.lostLetter();
        this.#runtime.logger.error(
          { source: this.#config.name, err: error },
          'a dead letter could not be kept',
        );
      });
    }
    this.#metrics.record();
  }

  /** Appends the record's spans; else why it has none. */
  #decode(value: Uint8Array | null): string | undefined {
    // A tombstone: compacted topics have them, and they say nothing of spans.
    if (value === null || value.length === 0) return undefined;
    const { encoding } = this.#config;
    const format = encoding === 'auto' ? this.#next.sniffRecord(value) : FORMAT_OF[encoding];
    if (format === undefined) return 'no known trace format';
    const outcome = this.#formats.byName[format].decode(value, this.#batch);
    this.#metrics.spans(outcome.spans, outcome.rejected);
    if (!outcome.fatal) return undefined;
    return `${format}: ${outcome.error?.message ?? 'unreadable'} at ${outcome.error?.at ?? 'its start'}`;
  }

  /** Waits while the sink is busy: meanwhile nothing more is fetched. */
  async #handOver(): Promise<void> {
    if (!this.#progress.isAhead) return;
    const batch = this.#batch;
    let latestEndUs = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < batch.length; i++)
      latestEndUs = Math.max(latestEndUs, batch.startUs[i] + batch.durationUs[i]);
    const cursor = this.#progress.toCursor();
    for (;;) {
      const outcome = this.#next.sink.accept({ source: this.#config.name, batch, cursor });
      if (outcome.kind === 'ok') break;
      if (!this.#running) return;
      await new Promise<void>((resolve) => void this.#runtime.clock.after(outcome.retryAfterMs, resolve));
    }
    this.#progress.handedOver(latestEndUs);
    batch.clear();
    this.#metrics.lag(this.#merge.lag);
  }

  #armCommit(): void {
    this.#cancelCommit = this.#runtime.clock.after(COMMIT_EVERY_MS, () => {
      void this.#commit().then(() => this.#running && this.#armCommit());
    });
  }

  async #commit(): Promise<void> {
    const due = this.#progress.due(this.#next.sealedThroughUs());
    if (due.length === 0) return;
    try {
      await this.#consumer.commit(due);
      this.#progress.committed(due);
    } catch (error) {
      // Asked again in a few seconds; what is not committed is only read again when the state is lost as well.
      this.#runtime.logger.debug({ source: this.#config.name, err: error }, 'offsets were not committed');
    }
  }

  #say(partition: Partition, { offset, lost, reason }: StartDecision): void {
    const facts = { source: this.#config.name, ...partition, offset, lost };
    if (lost > 0) {
      this.#metrics.lostRecords(lost);
      this.#runtime.logger.error(facts, 'records were deleted by retention before they were read');
    } else if (reason === 'topic-made-anew')
      this.#runtime.logger.warn(facts, 'the topic is shorter than what was read of it: it was made anew');
    else if (reason === 'new-partition')
      this.#runtime.logger.info(facts, 'a partition is new: it is read from its beginning');
  }
}
