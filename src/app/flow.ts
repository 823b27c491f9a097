import type { AssembleLimits } from '../assemble/index.ts';
import type { AcceptOutcome, Arrival, SpanSink } from '../domain/arrival.ts';
import type { Incident, IncidentEvent } from '../domain/incident.ts';
import type { CommandOutcome, IncidentCommand } from '../domain/incident-command.ts';
import type { SpanBatch } from '../domain/span-batch.ts';
import type { SummaryBatch } from '../domain/summary.ts';
import type { LoadedModel } from './model.ts';
import { TraceStage } from './trace-stage.ts';
import { type VerdictOptions, VerdictStage } from './verdict-stage.ts';
import type { Vocabulary } from './vocabulary.ts';

/**
 * All that changes what detection knows. `atMs` is the wall clock when it came in: part of the input, because applying it
 * again must not ask the clock. Borrowed for the call, as the batch in it is.
 */
export type FlowInput = { readonly atMs: number } & (
  | {
      readonly kind: 'spans';
      readonly source: string;
      readonly batch: SpanBatch;
      /** Where the source goes on after these spans. */
      readonly cursor?: string;
    }
  /** Event time moves on without spans, to `us`. */
  | { readonly kind: 'time'; readonly us: number }
  /** `stored`: the incident as the store had it, when detection no longer holds it. */
  | { readonly kind: 'command'; readonly command: IncidentCommand; readonly stored?: Incident }
  /** Incidents of an earlier process that the state does not know. */
  | { readonly kind: 'adopt'; readonly incidents: readonly Incident[] }
  /** The input has ended: what is open is closed, measured and judged. */
  | { readonly kind: 'end' }
);

export interface FlowOptions {
  /** `wall`: span ends beyond the clock are not believed, whoever agrees on them. `event`: only spans say what time it is. */
  readonly clock: 'wall' | 'event';
  readonly now: () => number;
  readonly assemble: AssembleLimits;
  readonly verdicts: VerdictOptions;
  readonly onEvent: (incident: Incident, event: IncidentEvent) => void;
}

/** Span ends further ahead of our clock are wrong, whoever agrees on them. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/**
 * The synchronous core of `run` behind one door: spans, the passing of time and what people ask enter in one order, and
 * are applied before the call returns. The same inputs in the same order on the same state give the same state and the
 * same events, whatever the clock says by then.
 */
export class Flow implements SpanSink {
  readonly traces: TraceStage;
  readonly verdicts: VerdictStage;
  /** Sees each input before it is applied. */
  onInput: (input: FlowInput) => void = () => undefined;
  /** Sees each sealed window before it is judged; borrows it. */
  onSealed: (batch: SummaryBatch) => void = () => undefined;
  readonly #options: FlowOptions;
  readonly #cursors = new Map<string, string>();
  #ceilingUs = Number.POSITIVE_INFINITY;

  constructor(vocabulary: Vocabulary, model: LoadedModel, options: FlowOptions) {
    this.#options = options;
    const verdicts = new VerdictStage(vocabulary, model, options.verdicts, options.onEvent);
    this.verdicts = verdicts;
    this.traces = new TraceStage(vocabulary, options.assemble, {
      skew: model.skew,
      onMeasured: (trace, measurements) => verdicts.onMeasured(trace, measurements),
      onSummarised: (trace, topped) => verdicts.recentTraces.summarised(trace, topped),
      onSealed: (batch) => {
        this.onSealed(batch);
        verdicts.onSealed(batch);
      },
    });
    this.traces.assembler.watermark.ceilingUs = () => this.#ceilingUs;
  }

  /** How far event time has come, microseconds; 0 before the first span. */
  get eventTimeUs(): number {
    return this.traces.assembler.watermark.us;
  }

  accept(arrival: Arrival): AcceptOutcome {
    this.#take({ kind: 'spans', ...this.#at(), ...arrival });
    return { kind: 'ok' };
  }

  /** Event time moves on without spans. */
  advanceTo(us: number): void {
    this.#take({ kind: 'time', ...this.#at(), us });
  }

  command(command: IncidentCommand, stored?: Incident): CommandOutcome {
    const input: FlowInput = { kind: 'command', ...this.#at(), command, ...(stored && { stored }) };
    this.onInput(input);
    return this.verdicts.command(command, stored);
  }

  /** Goes on with incidents of an earlier process. */
  adopt(incidents: readonly Incident[]): void {
    if (incidents.length > 0) this.#take({ kind: 'adopt', ...this.#at(), incidents });
  }

  end(): void {
    this.#take({ kind: 'end', ...this.#at() });
  }

  /** Where each source that has said so goes on, after what is in the state. */
  cursors(): ReadonlyMap<string, string> {
    return this.#cursors;
  }

  /** Applies an input without showing it to `onInput`: for what was recorded before. */
  apply(input: FlowInput): void {
    this.#ceilingUs =
      this.#options.clock === 'wall' ? (input.atMs + CLOCK_TOLERANCE_MS) * 1000 : Number.POSITIVE_INFINITY;
    switch (input.kind) {
      case 'spans':
        this.traces.add(input.batch);
        if (input.cursor !== undefined) this.#cursors.set(input.source, input.cursor);
        return;
      case 'time':
        this.traces.advanceTo(input.us);
        return;
      case 'command':
        this.verdicts.command(input.command, input.stored);
        return;
      case 'adopt':
        this.verdicts.adopt(input.incidents);
        return;
      case 'end':
        this.traces.flush();
    }
  }

  #take(input: FlowInput): void {
    this.onInput(input);
    this.apply(input);
  }

  #at(): { readonly atMs: number } {
    return { atMs: this.#options.now() };
  }
}
