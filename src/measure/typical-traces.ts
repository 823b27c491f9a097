import type { Baseline } from '../baseline/port.ts';
import type { Measurements } from '../domain/measurement.ts';
import type { TypicalTraces } from './port.ts';

/** Within half a standard deviation of the level: as ordinary as a trace can be. */
const NEAR = 0.5;

/** Remembers, for each component, the last trace in which it was near its baseline. Sixteen bytes a component. */
export class TypicalTraceRing implements TypicalTraces {
  readonly #baselines: readonly (Baseline | undefined)[];
  #ids = new Int32Array(1024);
  #known = new Uint8Array(256);

  constructor(baselines: readonly (Baseline | undefined)[]) {
    this.#baselines = baselines;
  }

  add(traceId: Int32Array, measurements: Measurements): void {
    for (let m = 0; m < measurements.length; m++) {
      const component = measurements.component[m];
      const baseline = this.#baselines[component];
      if (baseline === undefined) continue;
      const off = measurements.value[m] - baseline.level;
      if (off * off > NEAR * NEAR * (baseline.within + baseline.between[0])) continue;
      if (component >= this.#known.length) this.#grow(component);
      this.#known[component] = 1;
      // Word by word: a call of `set` for four words costs more than the rest of the loop.
      const at = component * 4;
      this.#ids[at] = traceId[0];
      this.#ids[at + 1] = traceId[1];
      this.#ids[at + 2] = traceId[2];
      this.#ids[at + 3] = traceId[3];
    }
  }

  typical(component: number): Int32Array | undefined {
    if (this.#known[component] !== 1) return undefined;
    return this.#ids.subarray(component * 4, component * 4 + 4);
  }

  #grow(component: number): void {
    const ids = new Int32Array(component * 8);
    ids.set(this.#ids);
    this.#ids = ids;
    const known = new Uint8Array(component * 2);
    known.set(this.#known);
    this.#known = known;
  }
}
