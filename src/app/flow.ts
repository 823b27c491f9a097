import type { AssembleLimits } from '../assemble/index.ts';
import type { AcceptOutcome, Arrival, SpanSink } from '../domain/arrival.ts';
import type { FlowInput, UnseenFor } from '../domain/flow-input.ts';
import type { Incident, IncidentEvent } from '../domain/incident.ts';
import type { LearnedChange } from '../domain/learned-change.ts';
import type { CommandOutcome, IncidentCommand } from '../domain/incident-command.ts';
import type { SummaryBatch } from '../domain/summary.ts';
import type { Trace } from '../domain/trace.ts';
import type { LoadedModel } from './model.ts';
import { TraceStage, type TraceStageState } from './trace-stage.ts';
import { type VerdictOptions, VerdictStage } from './verdict-stage.ts';
import type { VerdictStageState } from './verdict-state.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface FlowState {
  readonly inputs: number;
  readonly cursors: ReadonlyMap<string, string>;
  readonly traces: TraceStageState;
  readonly verdicts: VerdictStageState;
}

export interface FlowOptions {
  /** `wall`: span ends beyond the clock are not believed, whoever agrees on them. `event`: only spans say what time it is. */
  readonly clock: 'wall' | 'event';
  readonly now: () => number;
  readonly assemble: AssembleLimits;
  readonly verdicts: VerdictOptions;
  readonly onEvent: (incident: Incident, event: IncidentEvent) => void;
  /** A model of `dataDir/models` by name: what a change refers to. undefined when it is not there or cannot be read. */
  readonly modelOf?: (name: string) => LoadedModel | undefined;
}

/**
 * Event time goes no further ahead of our clock, whatever spans say. Hosts under NTP are far nearer; and less than a quiet trace
 * waits (5 s), so that a lie closes nothing that is still coming in, and time stands still for no longer when it was believed.
 */
const CLOCK_TOLERANCE_MS = 2_000;

/** Event time that lags further behind the clock is that of old spans, not of senders that wait. */
const MOST_LAG_US = 60_000_000;

/**
 * The synchronous core of `run` behind one door: spans, the passing of time and what people ask enter in one order, and
 * are applied before the call returns. The same inputs in the same order on the same state give the same state and the
 * same events, whatever the clock says by then.
 */
export class Flow implements SpanSink {
  readonly traces: TraceStage;
  readonly verdicts: VerdictStage;
  /** Inputs taken, by all processes that went on with this state together. */
  inputs = 0;
  /** Sees each input before it is counted and applied: its number is `inputs`. */
  onInput: (input: FlowInput) => void = () => undefined;
  /** Sees each measured trace before it is scored; borrows it. */
  onMeasured: (trace: Trace) => void = () => undefined;
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
      onMeasured: (trace, measurements) => {
        this.onMeasured(trace);
        verdicts.onMeasured(trace, measurements);
      },
      onSummarised: (trace, topped) => verdicts.recentTraces.summarised(trace, topped),
      onSealed: (batch) => {
        this.onSealed(batch);
        // Under event time a gap is the capture's own.
        if (options.clock === 'wall') verdicts.holdUnseen(batch);
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
    this.inputs++;
    return this.verdicts.command(command, stored);
  }

  /** Goes on with incidents of an earlier process. */
  adopt(incidents: readonly Incident[]): void {
    if (incidents.length > 0) this.#take({ kind: 'adopt', ...this.#at(), incidents });
  }

  /** Nobody listened for `ms`, and what the senders had meanwhile is lost: see `FlowInput`. */
  gap(ms: number): void {
    const fromUs = this.eventTimeUs;
    if (fromUs === 0 || ms <= 0) return;
    const toUs = fromUs + ms * 1000;
    // Event time lags behind the clock by what senders wait; what started before this moment may have been sent in vain.
    const lostToUs = Math.min(toUs + MOST_LAG_US, Math.max(toUs, this.#options.now() * 1000));
    this.#take({ kind: 'gap', ...this.#at(), fromUs, toUs, lostToUs });
  }

  /**
   * Takes over another model: not an input, so a checkpoint must follow before the next one. Returns how much of what was
   * learned on line it replaced.
   */
  adoptModel(model: LoadedModel): { readonly replaced: number; readonly kept: number } {
    this.traces.measurer.skew.adopt(model.skew);
    return this.verdicts.adoptModel(model);
  }

  learned(change: LearnedChange): void {
    this.#take({ kind: 'learned', ...this.#at(), change });
  }

  /** What these services are suspected of is not calm for the time in which they were not seen. */
  unseen(services: readonly UnseenFor[]): void {
    this.#take({ kind: 'unseen', ...this.#at(), services });
  }

  end(): void {
    this.#take({ kind: 'end', ...this.#at() });
  }

  /** Where each source that has said so goes on, after what is in the state. */
  cursors(): ReadonlyMap<string, string> {
    return this.#cursors;
  }

  /** Applies an input without showing it to `onInput`: for what was recorded before. Counted first, as if it cannot fail. */
  apply(input: FlowInput): void {
    this.inputs++;
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
      case 'gap':
        this.verdicts.pause(input.fromUs / 1000, input.toUs / 1000);
        this.traces.downtime.add(input.fromUs, input.lostToUs);
        this.traces.advanceTo(input.toUs);
        return;
      case 'learned':
        this.#learn(input.change);
        return;
      case 'unseen':
        this.verdicts.unseen(input.services, input.atMs);
        return;
      case 'end':
        this.traces.flush();
    }
  }

  /** All that detection knows, as plain data; borrows columns: serialise it before the next input. */
  snapshot(): FlowState {
    return {
      inputs: this.inputs,
      cursors: this.#cursors,
      traces: this.traces.snapshot(),
      verdicts: this.verdicts.snapshot(),
    };
  }

  /** Into a flow that has taken nothing, whose vocabulary is the state's. */
  restore(state: FlowState): void {
    this.inputs = state.inputs;
    this.#cursors.clear();
    for (const [source, cursor] of state.cursors) this.#cursors.set(source, cursor);
    this.traces.restore(state.traces);
    this.verdicts.restore(state.verdicts);
    const { forestsOf } = state.verdicts;
    const model = forestsOf === undefined ? undefined : this.#options.modelOf?.(forestsOf);
    if (model !== undefined) this.verdicts.takeForests(model);
  }

  #learn(change: LearnedChange): void {
    if (change.type === 'floors') return this.verdicts.said.setFloors(change.floors);
    const model = this.#options.modelOf?.(change.model);
    if (model === undefined) return;
    if (change.type === 'forests') this.verdicts.takeForests(model);
    else {
      this.adoptModel(model);
      this.verdicts.dropWaiting();
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
