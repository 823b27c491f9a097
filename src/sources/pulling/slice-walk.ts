import type { SpanBatch } from '../../domain/span-batch.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { PullMetrics } from './pull-metrics.ts';
import type { Slice, SliceOutcome, SliceReader } from './slice-reader.ts';

/** Below this a slice is not halved: a store with more than its limit in ten milliseconds has another problem. */
const MIN_SLICE_MS = 10;
/** A slice that gave less than this makes the next one longer. */
const FEW_SPANS = 5_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

export interface SliceWalkOptions {
  readonly name: string;
  readonly maxSliceMs: number;
  readonly batch: SpanBatch;
  readonly metrics: PullMetrics;
}

export interface ReadStretch extends Slice {
  readonly rejected: number;
}

/**
 * Walks through time in slices: shorter where there is much, longer where there is little, the same again after a while
 * when the store does not answer. `batch` holds each slice's spans until the next is asked for.
 */
export class SliceWalk {
  readonly #reader: SliceReader;
  readonly #options: SliceWalkOptions;
  readonly #runtime: Runtime;
  #lengthMs: number;

  constructor(reader: SliceReader, options: SliceWalkOptions, runtime: Runtime) {
    this.#reader = reader;
    this.#options = options;
    this.#runtime = runtime;
    this.#lengthMs = options.maxSliceMs;
  }

  /** From `fromMs` to `toMs` without a hole; ends early when `signal` says so. */
  async *walk({ fromMs, toMs }: Slice, signal: AbortSignal): AsyncGenerator<ReadStretch, void, undefined> {
    let at = fromMs;
    for (let failures = 0; at < toMs && !signal.aborted;) {
      const slice = { fromMs: at, toMs: Math.min(toMs, at + this.#lengthMs) };
      const outcome = await this.#read(slice, signal);
      if (signal.aborted) return;
      if (outcome.kind === 'failed') {
        failures++;
        await this.#wait(failures, outcome.reason, signal);
      } else if (outcome.kind === 'too-much')
        this.#lengthMs = Math.max(MIN_SLICE_MS, Math.floor((slice.toMs - slice.fromMs) / 2));
      else {
        failures = 0;
        at = slice.toMs;
        if (this.#options.batch.length < FEW_SPANS)
          this.#lengthMs = Math.min(this.#lengthMs * 2, this.#options.maxSliceMs);
        yield { ...slice, rejected: outcome.rejected };
      }
    }
  }

  async #read(slice: Slice, signal: AbortSignal): Promise<SliceOutcome> {
    const { batch, metrics, name } = this.#options;
    batch.clear();
    const mayCut = slice.toMs - slice.fromMs <= MIN_SLICE_MS;
    const outcome = await this.#reader.read(slice, batch, { signal, mayCut });
    metrics.slice(outcome.kind);
    if (outcome.kind === 'ok' && outcome.cut) {
      metrics.cut();
      const at = new Date(slice.fromMs).toISOString();
      this.#runtime.logger.warn(
        { source: name, at },
        'more traces at once than the store gives: some are missing',
      );
    }
    return outcome;
  }

  async #wait(failures: number, reason: string, signal: AbortSignal): Promise<void> {
    const { clock, logger, random } = this.#runtime;
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
    // Half of it by chance, so that several do not come back at once.
    const waitMs = longest * (0.5 + random() / 2);
    logger.warn(
      { source: this.#options.name, reason, waitMs: Math.round(waitMs) },
      'the store did not answer; asking again',
    );
    await pause(clock, waitMs, signal);
  }
}

/** Resolves after `ms` by the clock, or at once when `signal` says stop. */
export function pause(clock: Runtime['clock'], ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal.addEventListener('abort', end);
  });
}
