import { Assembler, type AssembleLimits, TraceBuilder } from '../assemble/index.ts';
import { Measurements } from '../domain/measurement.ts';
import type { SpanBatch } from '../domain/span-batch.ts';
import type { SummaryBatch } from '../domain/summary.ts';
import type { Trace } from '../domain/trace.ts';
import { Measurer, type SkewOffset } from '../measure/index.ts';
import { Summariser, type Topped } from '../summarise/index.ts';
import { Downtime, type DowntimeState } from './downtime.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Beyond the quiet wait: two ticks of the assembler and a second of disorder between senders. */
const LATENESS_BEYOND_QUIET_MS = 3_000;

/** From a span's end to its window's verdict at the latest, for complete traces: what a window waits after its end. */
export function latenessMs(limits: AssembleLimits): number {
  return limits.quietMs + LATENESS_BEYOND_QUIET_MS;
}

export interface TraceStageHooks {
  /** Clock offsets that are known already: those of the model. */
  readonly skew?: readonly SkewOffset[];
  /** Between measuring and summarising: may add measurements. */
  readonly onMeasured: (trace: Trace, measurements: Measurements) => void;
  /** After summarising: of which components the trace is the largest of its window so far. */
  readonly onSummarised?: (trace: Trace, topped: Topped) => void;
  /** A sealed window. */
  readonly onSealed: (batch: SummaryBatch) => void;
}

export interface TraceStageState {
  readonly downtime: DowntimeState;
  readonly traces: number;
  readonly assembler: ReturnType<Assembler['snapshot']>;
  readonly measurer: ReturnType<Measurer['snapshot']>;
  readonly summariser: ReturnType<Summariser['snapshot']>;
}

/** Spans to sealed windows: assemble, measure, summarise. The same for learning, replay and the live service. */
export class TraceStage {
  readonly assembler: Assembler;
  readonly summariser: Summariser;
  traces = 0;
  readonly measurer: Measurer;
  readonly downtime = new Downtime();

  constructor({ names, table }: Vocabulary, limits: AssembleLimits, hooks: TraceStageHooks) {
    const measurer = (this.measurer = new Measurer(table));
    const measurements = new Measurements();
    measurer.skew.adopt(hooks.skew ?? []);
    this.summariser = new Summariser(table, { latenessMs: latenessMs(limits) }, (batch) => {
      if (measurer.losses.seal(batch.windowStartMs)) batch.empty();
      hooks.onSealed(batch);
    });
    this.assembler = new Assembler(limits, new TraceBuilder(names), (trace) => {
      if (this.downtime.cuts(trace)) return;
      this.traces++;
      measurer.measure(trace, measurements);
      hooks.onMeasured(trace, measurements);
      this.summariser.add(trace, measurements, this.assembler.watermark.us);
      hooks.onSummarised?.(trace, this.summariser.topped);
    });
  }

  add(batch: SpanBatch): void {
    this.assembler.add(batch);
    this.summariser.advance(this.assembler.watermark.us);
  }

  /** Event time moves on without spans. */
  advanceTo(us: number): void {
    this.assembler.watermark.advanceTo(us);
    this.assembler.closeDue();
    this.summariser.advance(us);
  }

  snapshot(): TraceStageState {
    return {
      downtime: this.downtime.snapshot(),
      traces: this.traces,
      assembler: this.assembler.snapshot(),
      measurer: this.measurer.snapshot(),
      summariser: this.summariser.snapshot(),
    };
  }

  /** Into a stage that has seen nothing. */
  restore(state: TraceStageState): void {
    this.traces = state.traces;
    this.downtime.restore(state.downtime);
    this.assembler.restore(state.assembler);
    this.measurer.restore(state.measurer);
    this.summariser.restore(state.summariser);
  }

  /** The input has ended: everything open is closed, measured and sealed. */
  flush(): void {
    this.assembler.flush();
    this.summariser.flush();
  }
}
