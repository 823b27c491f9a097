import type { Baseline } from '../baseline/port.ts';
import type { Measurements } from '../domain/measurement.ts';
import type { Trace } from '../domain/trace.ts';
import { widened } from '../domain/widened.ts';
import type { TypicalTraces } from './port.ts';

/** Within half a standard deviation of the level: as ordinary as a trace can be. */
const NEAR = 0.5;

export interface TypicalTracesState {
  readonly ids: Int32Array;
  readonly known: Uint8Array;
  readonly takenUs: Float64Array;
}

/**
 * A component's typical trace is taken anew when it is this old: so a few traces a second are typical of something, and
 * all of them can be kept whole for the incident that may come.
 */
const REFRESH_US = 30e6;

/** Remembers, for each component, a late trace in which it was near its baseline. 25 bytes a component. */
export class TypicalTraceRing implements TypicalTraces {
  readonly #baselines: readonly (Baseline | undefined)[];
  #ids = new Int32Array(1024);
  #known = new Uint8Array(256);
  /** Event time of the trace. */
  #takenUs = new Float64Array(256);

  constructor(baselines: readonly (Baseline | undefined)[]) {
    this.#baselines = baselines;
  }

  /** Whether the trace is now the typical one of some component. */
  add({ traceId, latestEndUs }: Pick<Trace, 'traceId' | 'latestEndUs'>, measurements: Measurements): boolean {
    let taken = false;
    for (let m = 0; m < measurements.length; m++) {
      const component = measurements.component[m];
      const baseline = this.#baselines[component];
      if (baseline === undefined) continue;
      // Older than what is known by as much: the clock of a capture starts over.
      const age = component < this.#known.length ? latestEndUs - this.#takenUs[component] : REFRESH_US;
      if (age < REFRESH_US && age > -REFRESH_US) continue;
      const off = measurements.value[m] - baseline.level;
      if (off * off > NEAR * NEAR * (baseline.within + baseline.between[0])) continue;
      if (component >= this.#known.length) this.#grow(component);
      taken = true;
      this.#known[component] = 1;
      this.#takenUs[component] = latestEndUs;
      // Word by word: a call of `set` for four words costs more than the rest of the loop.
      const at = component * 4;
      this.#ids[at] = traceId[0];
      this.#ids[at + 1] = traceId[1];
      this.#ids[at + 2] = traceId[2];
      this.#ids[at + 3] = traceId[3];
    }
    return taken;
  }

  typical(component: number): Int32Array | undefined {
    if (this.#known[component] !== 1) return undefined;
    return this.#ids.subarray(component * 4, component * 4 + 4);
  }

  snapshot(): TypicalTracesState {
    return { ids: this.#ids, known: this.#known, takenUs: this.#takenUs };
  }

  restore({ ids, known, takenUs }: TypicalTracesState): void {
    this.#ids = ids.slice();
    this.#known = known.slice();
    this.#takenUs = takenUs.slice();
  }

  #grow(component: number): void {
    this.#ids = widened(this.#ids, component * 8);
    this.#known = widened(this.#known, component * 2);
    this.#takenUs = widened(this.#takenUs, component * 2);
  }
}
