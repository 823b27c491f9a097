import type { SpanSink } from '../domain/arrival.ts';
import type { PressureGauge, Runtime } from '../runtime/index.ts';
import { ByteBudget } from './byte-budget.ts';
import { keptShareOf, type LoadSample, type LoadStage, nextLoad, stageOf, UNLOADED } from './load-rules.ts';
import { createLoadMetrics } from './load-metrics.ts';
import { defaultMemoryBound, memoryShare } from './memory-bound.ts';
import type { LoadStatus } from './load-status.ts';
import { type IsOpen, TraceShedder } from './trace-shedder.ts';

export interface OverloadOptions {
  /** Bound on resident memory; derived from the machine and V8 when absent. */
  readonly maxMemoryBytes?: number;
  /** Bound on the event loop's mean delay over a second. */
  readonly maxLagMs: number;
  /** Of all requests together, inflated bodies included. */
  readonly maxInFlightBytes: number;
  /**
   * Whether traces may be left out and lag counts. Not under event time: whoever feeds a capture waits for 429, and the
   * same capture gives the same incidents on a busy machine, too.
   */
  readonly mayShed: boolean;
}

const SAMPLE_MS = 1000;
/** Long enough for a batch of senders to drain, short enough that nobody's queue overflows (OTel SDKs retry for 60 s and more). */
const REFUSED_FOR_MS = 5000;
const IN_FLIGHT_FOR_MS = 1000;
/** While memory refuses, a full collection tells garbage from need, this often. */
const SAMPLES_BETWEEN_COLLECTIONS = 30;

/** Memory and lag bound what is taken: samples them each second, and stands before the pipeline as its sink. */
export class LoadWatch {
  readonly #options: OverloadOptions;
  readonly #maxMemoryBytes: number;
  readonly #gauge: PressureGauge;
  readonly #runtime: Runtime;
  readonly #inFlight: ByteBudget;
  #state = UNLOADED;
  #sample: LoadSample = { memory: 0, lag: 0 };
  #sinceCollection = SAMPLES_BETWEEN_COLLECTIONS;
  #shedSpans = 0;
  #cancel = (): void => undefined;

  constructor(options: OverloadOptions, gauge: PressureGauge, runtime: Runtime) {
    this.#options = options;
    this.#gauge = gauge;
    this.#runtime = runtime;
    this.#maxMemoryBytes = options.maxMemoryBytes ?? defaultMemoryBound(gauge.limits);
    this.#inFlight = new ByteBudget(options.maxInFlightBytes);
    createLoadMetrics(runtime.metrics, () => this.status);
  }

  get stage(): LoadStage {
    const stage = stageOf(this.#state);
    return stage === 'shed' && !this.#options.mayShed ? 'normal' : stage;
  }

  /** Share of the traces that are taken, 1 down to 1/16. */
  get keptShare(): number {
    return this.#options.mayShed ? keptShareOf(this.#state) : 1;
  }

  get status(): LoadStatus {
    return {
      stage: this.stage,
      keptShare: this.keptShare,
      shedSpans: this.#shedSpans,
      memory: { usedShare: this.#sample.memory, maxBytes: this.#maxMemoryBytes },
      eventLoopLag: { ms: this.#sample.lag * this.#options.maxLagMs, maxMs: this.#options.maxLagMs },
      inFlight: { bytes: this.#inFlight.held, maxBytes: this.#inFlight.maxBytes },
    };
  }

  /** For a source, before it reads a body: how long to stay away. Undefined: come in. */
  refusal(): { readonly retryAfterMs: number } | undefined {
    if (this.stage === 'refuse') return { retryAfterMs: REFUSED_FOR_MS };
    return this.#inFlight.held >= this.#inFlight.maxBytes ? { retryAfterMs: IN_FLIGHT_FOR_MS } : undefined;
  }

  /** Room for bytes of a request; false when there is none. What was taken must be released. */
  take(bytes: number): boolean {
    return this.#inFlight.take(bytes);
  }

  release(bytes: number): void {
    this.#inFlight.release(bytes);
  }

  /** The sink that sheds and refuses before `next`. The batch it is lent may come back with spans taken out. */
  before(next: SpanSink, isOpen: IsOpen): SpanSink {
    const shedder = new TraceShedder(isOpen);
    return {
      accept: (arrival) => {
        if (this.stage === 'refuse') return { kind: 'busy', retryAfterMs: REFUSED_FOR_MS };
        const { keptShare } = this;
        if (keptShare < 1) {
          this.#shedSpans += shedder.shed(arrival.batch, keptShare, this.#runtime.clock.now());
          if (arrival.batch.length === 0) return { kind: 'ok' };
        }
        return next.accept(arrival);
      },
    };
  }

  start(): Promise<void> {
    this.#arm();
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    this.#cancel();
    this.#gauge.close();
    return Promise.resolve();
  }

  #arm(): void {
    this.#cancel = this.#runtime.clock.after(SAMPLE_MS, () => {
      this.#observe();
      this.#arm();
    });
  }

  #observe(): void {
    const pressure = this.#gauge.read();
    const bound = { maxMemoryBytes: this.#maxMemoryBytes, heapBytes: this.#gauge.limits.heapBytes };
    const lag = this.#options.mayShed ? pressure.loopDelayMs / this.#options.maxLagMs : 0;
    this.#sample = { memory: memoryShare(pressure, bound), lag };
    const before = this.#state.level;
    this.#state = nextLoad(this.#state, this.#sample);
    if (this.#state.level !== before) this.#say(before);
    this.#collectIfFull();
  }

  #collectIfFull(): void {
    this.#sinceCollection++;
    if (this.stage !== 'refuse' || this.#sample.memory < 1) return;
    if (this.#sinceCollection < SAMPLES_BETWEEN_COLLECTIONS) return;
    this.#sinceCollection = 0;
    this.#gauge.collectGarbage();
  }

  #say(levelBefore: number): void {
    if (!this.#options.mayShed && this.stage === 'normal' && levelBefore < this.#state.level) return;
    const { stage, keptShare, memory, eventLoopLag } = this.status;
    const facts = { stage, keptShare, memoryShare: memory.usedShare, lagMs: Math.round(eventLoopLag.ms) };
    const worse = this.#state.level > levelBefore;
    if (stage === 'refuse')
      this.#runtime.logger.error(facts, 'overloaded: senders are told to come again later');
    else if (stage === 'shed' && worse)
      this.#runtime.logger.warn(facts, 'overloaded: whole traces are left out');
    else this.#runtime.logger.info(facts, stage === 'normal' ? 'no longer overloaded' : 'less overloaded');
  }
}
