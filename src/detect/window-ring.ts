import type { Baseline } from '../baseline/port.ts';
import { LONGEST_SCALE } from '../domain/scales.ts';
import type { RecentWindows } from './port.ts';
import { endedWindows } from './still-fails.ts';
import { type SummaryBatch, WINDOW_MS } from '../domain/summary.ts';
import { tailOf } from './tail-counts.ts';

/** What the evidence needs of one window of one component. */
export interface RingParts {
  readonly length: number;
  readonly count: Float64Array;
  readonly sum: Float64Array;
  readonly top: Float64Array;
  /** Traces in the component's learned tail. */
  readonly exceeded: Float64Array;
  /** The microseconds that those in the tail took. */
  readonly tailUs: Float64Array;
}

export interface WindowRingState {
  readonly newest: number;
  readonly stamp: Int32Array;
  readonly count: Float64Array;
  readonly sum: Float64Array;
  readonly top: Float64Array;
  readonly exceeded: Float64Array;
  readonly tailUs: Float64Array;
  readonly topTrace: Int32Array;
  readonly traces: Float64Array;
  readonly tracesStamp: Int32Array;
}

/** The last windows of every component, as flat columns of LONGEST_SCALE slots a component. */
export class WindowRing implements RecentWindows {
  /** Start / WINDOW_MS of the newest window; -1 before the first. */
  newest = -1;
  #stamp = new Int32Array(0);
  #count = new Float64Array(0);
  #sum = new Float64Array(0);
  #top = new Float64Array(0);
  #exceeded = new Float64Array(0);
  #tailUs = new Float64Array(0);
  #topTrace = new Int32Array(0);
  /** Traces by slot, over all components. */
  readonly #traces = new Float64Array(LONGEST_SCALE);
  readonly #tracesStamp = new Int32Array(LONGEST_SCALE).fill(-1);
  readonly #scratch = {
    length: 0,
    count: new Float64Array(LONGEST_SCALE),
    sum: new Float64Array(LONGEST_SCALE),
    top: new Float64Array(LONGEST_SCALE),
    exceeded: new Float64Array(LONGEST_SCALE),
    tailUs: new Float64Array(LONGEST_SCALE),
  };

  /** `baselines` by component number say where tails begin. */
  push(batch: SummaryBatch, baselines: readonly (Baseline | undefined)[] = []): void {
    const number = batch.windowStartMs / WINDOW_MS;
    this.newest = number;
    const slot = number % LONGEST_SCALE;
    this.#traces[slot] = batch.traces;
    this.#tracesStamp[slot] = number;
    for (let row = 0; row < batch.length; row++) {
      const at = batch.component[row] * LONGEST_SCALE + slot;
      if (at >= this.#stamp.length) this.#grow(at);
      this.#stamp[at] = number;
      this.#count[at] = batch.count[row];
      this.#sum[at] = batch.sum[row];
      this.#top[at] = batch.topValue[row];
      const tail = tailOf(batch, row, baselines[batch.component[row]]);
      this.#exceeded[at] = tail.traces;
      this.#tailUs[at] = tail.us;
      for (let w = 0; w < 4; w++) this.#topTrace[at * 4 + w] = batch.topTrace[row * 4 + w];
    }
  }

  /** The windows of `component` among the newest `windows`, newest first; borrowed until the next call. */
  parts(component: number, windows: number): RingParts {
    const scratch = this.#scratch;
    scratch.length = 0;
    for (let back = 0; back < windows; back++) {
      const number = this.newest - back;
      const at = component * LONGEST_SCALE + (number % LONGEST_SCALE);
      if (at >= this.#stamp.length || this.#stamp[at] !== number || this.#count[at] === 0) continue;
      const i = scratch.length++;
      scratch.count[i] = this.#count[at];
      scratch.sum[i] = this.#sum[at];
      scratch.top[i] = this.#top[at];
      scratch.exceeded[i] = this.#exceeded[at];
      scratch.tailUs[i] = this.#tailUs[at];
    }
    return scratch;
  }

  /** Traces of the newest `windows`. */
  traces(windows: number): number {
    let traces = 0;
    for (let back = 0; back < windows; back++) {
      const slot = (this.newest - back) % LONGEST_SCALE;
      if (this.#tracesStamp[slot] === this.newest - back) traces += this.#traces[slot];
    }
    return traces;
  }

  tracesOf(component: number, windows: number): number {
    const parts = this.parts(component, windows);
    let traces = 0;
    for (let i = 0; i < parts.length; i++) traces += parts.count[i];
    return traces;
  }

  since(component: number, fromMs: number): { traces: number; sum: number; inTail: number } {
    const windows = Math.min(LONGEST_SCALE, this.newest - Math.ceil(fromMs / WINDOW_MS) + 1);
    const parts = this.parts(component, windows);
    const seen = { traces: 0, sum: 0, inTail: 0 };
    for (let i = 0; i < parts.length; i++) {
      seen.traces += parts.count[i];
      seen.sum += parts.sum[i];
      seen.inTail += parts.exceeded[i];
    }
    return seen;
  }

  /** The id words of the trace with the largest value among the newest `windows`, or undefined. */
  topTrace(component: number, windows: number): Int32Array | undefined {
    let best = -1;
    for (let back = 0; back < windows; back++) {
      const number = this.newest - back;
      const at = component * LONGEST_SCALE + (number % LONGEST_SCALE);
      if (at >= this.#stamp.length || this.#stamp[at] !== number) continue;
      if (best < 0 || this.#top[at] > this.#top[best]) best = at;
    }
    return best < 0 ? undefined : this.#topTrace.subarray(best * 4, best * 4 + 4);
  }

  stretchOfExcess(
    component: number,
    windows: number,
    { level, sign, failures = false }: { level: number; sign: 1 | -1; failures?: boolean },
  ): [number, number] | undefined {
    const excesses: number[] = [];
    const parts: { count: number; sum: number }[] = [];
    for (let back = 0; back < windows; back++) {
      const number = this.newest - back;
      const at = component * LONGEST_SCALE + (number % LONGEST_SCALE);
      const seen = at < this.#stamp.length && this.#stamp[at] === number && this.#count[at] > 0;
      parts.push(seen ? { count: this.#count[at], sum: this.#sum[at] } : { count: 0, sum: 0 });
      excesses.push(seen ? sign * (this.#sum[at] / this.#count[at] - level) : Number.NEGATIVE_INFINITY);
    }
    const largest = Math.max(...excesses);
    if (!(largest > 0)) return undefined;
    const hot = (excess: number): boolean => excess >= largest / 2;
    const clearest = excesses.findLastIndex(hot);
    const newest = failures
      ? Math.min(
          windows - 1,
          endedWindows(parts, level, (i) => hot(excesses[i])),
        )
      : excesses.findIndex(hot);
    const oldest = Math.max(clearest, newest);
    return [(this.newest - oldest) * WINDOW_MS, (this.newest - newest + 1) * WINDOW_MS];
  }

  snapshot(): WindowRingState {
    return {
      newest: this.newest,
      stamp: this.#stamp,
      count: this.#count,
      sum: this.#sum,
      top: this.#top,
      exceeded: this.#exceeded,
      tailUs: this.#tailUs,
      topTrace: this.#topTrace,
      traces: this.#traces,
      tracesStamp: this.#tracesStamp,
    };
  }

  restore(state: WindowRingState): void {
    this.newest = state.newest;
    this.#stamp = state.stamp.slice();
    this.#count = state.count.slice();
    this.#sum = state.sum.slice();
    this.#top = state.top.slice();
    this.#exceeded = state.exceeded.slice();
    this.#tailUs = state.tailUs.slice();
    this.#topTrace = state.topTrace.slice();
    this.#traces.set(state.traces);
    this.#tracesStamp.set(state.tracesStamp);
  }

  #grow(at: number): void {
    const capacity = Math.max(1024 * LONGEST_SCALE, Math.ceil((at + 1) / LONGEST_SCALE) * LONGEST_SCALE * 2);
    const float64 = (from: Float64Array): Float64Array<ArrayBuffer> => {
      const to = new Float64Array(capacity);
      to.set(from);
      return to;
    };
    const stamp = new Int32Array(capacity).fill(-1);
    stamp.set(this.#stamp);
    this.#stamp = stamp;
    this.#count = float64(this.#count);
    this.#sum = float64(this.#sum);
    this.#top = float64(this.#top);
    this.#exceeded = float64(this.#exceeded);
    this.#tailUs = float64(this.#tailUs);
    const topTrace = new Int32Array(capacity * 4);
    topTrace.set(this.#topTrace);
    this.#topTrace = topTrace;
  }
}
