import type { Baseline } from '../baseline/port.ts';
import { hexToWords } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import type { Names } from '../domain/names.ts';
import type { Trace } from '../domain/trace.ts';
import type { KeptTrace } from './port.ts';
import { TraceRing } from './trace-ring.ts';

export interface RecentTracesOptions {
  /** Spans held of traces that stand out, and of ordinary ones. */
  readonly slowSpans: number;
  readonly typicalSpans: number;
}

/**
 * At 45 bytes a span 6 MB and 3 MB. Of the shop at 60 traces/s some 15 traces of 25 spans a window stand out in quiet
 * times and some 40 under a fault, so that the rings hold many times the two minutes that incidents look back.
 */
export const DEFAULT_RECENT_TRACES: RecentTracesOptions = { slowSpans: 131_072, typicalSpans: 65_536 };

/** Traces have two spans at least where they are worth a waterfall: the rings run out of spans first. */
const SPANS_AN_ENTRY = 8;
/** Two standard deviations: one trace in twenty of a component, and all that evidence rests on. */
const STANDS_OUT = 2;

/** A component of which the trace at hand became the largest of its window, and with what value. */
export interface Topped {
  length: number;
  component: Int32Array;
  value: Float64Array;
}

/**
 * Whole traces that an incident may point at soon. Exemplars come from the largest trace of each component and window,
 * and from ordinary traces of before, so exactly these are kept: those that became the largest of a window and stand out,
 * and those that were taken for typical. Hot path: what is not kept costs a comparison a component.
 */
export class RecentTraces {
  readonly #names: Names;
  readonly #baselines: readonly (Baseline | undefined)[];
  readonly #slow: TraceRing;
  readonly #typical: TraceRing;
  readonly #words = new Int32Array(4);
  /** Traces copied, by why. */
  readonly copied = { slow: 0, typical: 0 };

  constructor(
    names: Names,
    baselines: readonly (Baseline | undefined)[],
    { slowSpans, typicalSpans }: RecentTracesOptions = DEFAULT_RECENT_TRACES,
  ) {
    this.#names = names;
    this.#baselines = baselines;
    this.#slow = new TraceRing({ spans: slowSpans, traces: Math.ceil(slowSpans / SPANS_AN_ENTRY) });
    this.#typical = new TraceRing({ spans: typicalSpans, traces: Math.ceil(typicalSpans / SPANS_AN_ENTRY) });
  }

  get spans(): number {
    return this.#slow.size + this.#typical.size;
  }

  /** The trace was counted in its window and became the largest of these components. */
  summarised(trace: Trace, topped: Topped): void {
    for (let i = 0; i < topped.length; i++) {
      const baseline = this.#baselines[topped.component[i]];
      if (baseline === undefined) continue;
      const off = topped.value[i] - baseline.level;
      if (off > 0 && off * off > STANDS_OUT * STANDS_OUT * (baseline.within + baseline.between[0])) {
        this.#slow.add(trace);
        this.copied.slow++;
        return;
      }
    }
  }

  /** The trace was taken as the typical one of some component. */
  typical(trace: Trace): void {
    this.#typical.add(trace);
    this.copied.typical++;
  }

  /** What is here of the traces that the incident points at now. */
  of(incident: Pick<Incident, 'exemplars'>): KeptTrace[] {
    const ids = incident.exemplars.flatMap(({ traceId, typicalTraceId }) =>
      typicalTraceId === undefined ? [traceId] : [traceId, typicalTraceId],
    );
    return [...new Set(ids)].flatMap((id) => this.#find(id) ?? []);
  }

  #find(traceId: string): KeptTrace | undefined {
    const words = this.#words;
    if (!hexToWords(traceId, words, 0, 4)) return undefined;
    return (
      this.#slow.find({ names: this.#names }, words) ?? this.#typical.find({ names: this.#names }, words)
    );
  }
}
