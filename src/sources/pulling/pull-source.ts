import type { Source, SpanSink } from '../../domain/arrival.ts';
import { copySpan } from '../../domain/copy-span.ts';
import { SpanBatch } from '../../domain/span-batch.ts';
import type { Names } from '../../domain/names.ts';
import { type Runtime, scheduleCron } from '../../runtime/index.ts';
import { eventOrder } from './event-order.ts';
import type { PullConfig } from './pull-config.ts';
import { cursorOf, throughOf } from './pull-cursor.ts';
import { createPullMetrics, type PullMetrics } from './pull-metrics.ts';
import { Places } from './places.ts';
import { SeenSpans } from './seen-spans.ts';
import { tellSharedApart } from './shared-ids.ts';
import type { SliceReader } from './slice-reader.ts';
import { pause, type ReadStretch, SliceWalk } from './slice-walk.ts';

export interface PullNext {
  readonly sink: SpanSink;
  readonly names: Names;
  /** Of the state that was recovered; undefined when there is none. Asked at the start. */
  readonly cursor: () => string | undefined;
  /** `event`: walks on without a schedule until it is there, and then looks again every second. */
  readonly clock: 'wall' | 'event';
}

/** Spans that are handed over together. */
const SPANS_AT_ONCE = 2048;
/** Spans of traces that end later than what was read. */
const MOST_HELD = 100_000;
const LOOK_AGAIN_MS = 1_000;

/**
 * Spans from a store that is asked by time: at its start and whenever the schedule says, everything from a bit before
 * where it was (late spans) to a bit before now. Each span is handed over once, whole traces in order of their ends. The
 * cursor moves when a slice of time is handed over; a store that is away is asked again, and nothing is left out.
 * `start` resolves whether or not the store is there.
 */
export function createPullSource(
  config: PullConfig,
  reader: SliceReader,
  next: PullNext,
  runtime: Runtime,
): Source {
  const puller = new Puller(config, reader, next, runtime);
  return {
    name: config.name,
    start: () => Promise.resolve(puller.start()),
    shutdown: () => puller.shutdown(),
  };
}

class Puller {
  readonly #config: PullConfig;
  readonly #reader: SliceReader;
  readonly #next: PullNext;
  readonly #runtime: Runtime;
  readonly #metrics: PullMetrics;
  readonly #seen: SeenSpans;
  readonly #read: SpanBatch;
  readonly #handed: SpanBatch;
  readonly #held: SpanBatch;
  readonly #walk: SliceWalk;
  readonly #stop = new AbortController();
  readonly #places = new Places();
  #throughMs = 0;
  /** Nothing before the configured start is read. */
  #firstMs = 0;
  #polling: Promise<void> | undefined;
  #cancel = (): void => undefined;

  constructor(config: PullConfig, reader: SliceReader, next: PullNext, runtime: Runtime) {
    this.#config = config;
    this.#reader = reader;
    this.#next = next;
    this.#runtime = runtime;
    this.#metrics = createPullMetrics(config.name, runtime.metrics);
    this.#seen = new SeenSpans(2 * (config.overlapMs + config.maxSliceMs));
    this.#read = new SpanBatch(next.names);
    this.#handed = new SpanBatch(next.names);
    this.#held = new SpanBatch(next.names);
    const { name, maxSliceMs } = config;
    this.#walk = new SliceWalk(
      reader,
      { name, maxSliceMs, batch: this.#read, metrics: this.#metrics },
      runtime,
    );
  }

  start(): void {
    const { startAt, schedule } = this.#config;
    const configured = startAt === 'latest' ? this.#endMs() : Date.parse(startAt);
    const kept = throughOf(this.#next.cursor());
    this.#throughMs = kept ?? configured;
    if (kept !== undefined) this.#seen.goOnFrom(kept);
    if (kept === undefined) this.#firstMs = configured;
    this.#poll();
    if (this.#next.clock === 'event') this.#lookAgain();
    else this.#cancel = scheduleCron(this.#runtime.clock, { expression: schedule }, () => this.#poll());
  }

  async shutdown(): Promise<void> {
    this.#cancel();
    this.#stop.abort();
    await this.#polling;
    await this.#reader.close();
  }

  #lookAgain(): void {
    this.#cancel = this.#runtime.clock.after(LOOK_AGAIN_MS, () => {
      this.#poll();
      this.#lookAgain();
    });
  }

  /** One poll at a time: what the clock adds meanwhile, the next one reads. */
  #poll(): void {
    this.#lag();
    this.#polling ??= this.#pollOnce()
      .catch((error: unknown) => {
        this.#runtime.logger.error({ source: this.#config.name, err: error }, 'a poll failed');
      })
      .finally(() => (this.#polling = undefined));
  }

  /**
   * A clock that ran ahead leaves a place that is still to come: nothing would be asked for until then, and never what was
   * asked for too early. Back to where it was while the clock was right.
   */
  #setRight(): void {
    const { name, startAt, overlapMs, settleMs } = this.#config;
    const settledMs = this.#runtime.clock.now() - settleMs;
    if (this.#throughMs <= settledMs + overlapMs) return;
    const backMs = this.#places.beforeJump(this.#throughMs - settledMs) ?? settledMs;
    // A start that lies ahead by the configuration is waited for.
    if (startAt !== 'latest' && backMs < this.#firstMs) return;
    const at = (ms: number): string => new Date(ms).toISOString();
    this.#runtime.logger.warn(
      { source: name, was: at(this.#throughMs), now: at(backMs) },
      'what was read lies ahead of the clock, which must have been set back: reading from where it was before',
    );
    this.#throughMs = backMs;
    this.#firstMs = Math.min(this.#firstMs, backMs);
    this.#seen.setBack(backMs);
  }

  async #pollOnce(): Promise<void> {
    this.#setRight();
    this.#places.add({ throughMs: this.#throughMs, atMs: this.#runtime.clock.now() });
    const toMs = this.#endMs();
    if (toMs <= this.#throughMs) return;
    const fromMs = Math.max(this.#firstMs, this.#throughMs - this.#config.overlapMs);
    for await (const stretch of this.#walk.walk({ fromMs, toMs }, this.#stop.signal)) {
      if (!(await this.#handOver(stretch))) return;
      this.#throughMs = Math.max(this.#throughMs, stretch.toMs);
      this.#seen.readThrough(stretch.toMs);
      this.#lag();
    }
  }

  /** False when it was stopped before all was taken. */
  async #handOver(stretch: ReadStretch): Promise<boolean> {
    const { toMs, rejected } = stretch;
    const read = this.#read;
    const handed = this.#handed;
    const before = cursorOf(this.#throughMs);
    let repeated = 0;
    let left = 0;
    this.#takeHeld();
    tellSharedApart(read);
    const { order, traceEndUs } = eventOrder(read);
    for (const i of order) {
      if (this.#seen.has(read, i) || this.#isForgotten(i, stretch)) {
        repeated++;
        continue;
      }
      // Its own slice is still to be asked for, and may come when this one is forgotten.
      const isAhead = read.startUs[i] / 1000 >= toMs;
      const isEarly = this.#isEarly(traceEndUs[i], toMs);
      if (isEarly) copySpan(read, i, this.#held, this.#held.push());
      if (isAhead || isEarly) {
        left++;
        continue;
      }
      if (handed.length === SPANS_AT_ONCE && !(await this.#give(before))) return false;
      copySpan(read, i, handed, handed.push());
      this.#seen.add(read, i);
    }
    this.#metrics.spans(read.length - repeated - left, rejected, repeated);
    const moved = toMs > this.#throughMs;
    if (handed.length === 0 && !moved) return true;
    return this.#give(cursorOf(Math.max(this.#throughMs, toMs)));
  }

  /**
   * Stores give whole traces, so that spans from before the slice come again for as long as their traces go on. One that
   * was over before anything is remembered was handed over then. What ends later may have been stored since.
   */
  #isForgotten(i: number, { fromMs }: ReadStretch): boolean {
    const { startUs, durationUs } = this.#read;
    if (startUs[i] / 1000 >= fromMs) return false;
    const { overlapMs, maxSliceMs, settleMs } = this.#config;
    // What is held back is younger than this.
    const heldMs = this.#throughMs - overlapMs - 2 * maxSliceMs;
    return (startUs[i] + durationUs[i]) / 1000 < Math.min(this.#seen.sinceMs + settleMs + overlapMs, heldMs);
  }

  /** What was held back comes with what was read now. */
  #takeHeld(): void {
    for (let i = 0; i < this.#held.length; i++) copySpan(this.#held, i, this.#read, this.#read.push());
    this.#held.clear();
  }

  /**
   * A trace that ends beyond what was read would move event time ahead of spans that are still to be read: it waits, as
   * long as a restart would read it again.
   */
  #isEarly(traceEndUs: number, toMs: number): boolean {
    const aheadMs = traceEndUs / 1000 - toMs;
    return aheadMs > 0 && aheadMs < this.#config.overlapMs && this.#held.length < MOST_HELD;
  }

  /** Waits while the sink is busy: meanwhile nothing more is asked of the store. */
  async #give(cursor: string): Promise<boolean> {
    for (;;) {
      const outcome = this.#next.sink.accept({ source: this.#config.name, batch: this.#handed, cursor });
      if (outcome.kind === 'ok') break;
      await pause(this.#runtime.clock, outcome.retryAfterMs, this.#stop.signal);
      if (this.#stop.signal.aborted) return false;
    }
    this.#handed.clear();
    return true;
  }

  #endMs(): number {
    const settled = this.#runtime.clock.now() - this.#config.settleMs;
    const { stopAt } = this.#config;
    return stopAt === undefined ? settled : Math.min(settled, Date.parse(stopAt));
  }

  #lag(): void {
    this.#metrics.lagMs(Math.max(0, this.#runtime.clock.now() - this.#throughMs));
  }
}
