import { type SummaryBatch, WINDOW_MS } from '../domain/summary.ts';
import { widened } from '../domain/widened.ts';

/** Windows of a minute. */
const SLOTS = 6;

/** The last six windows of every component, as flat columns: what is asked for on each page. */
export class LastMinute {
  #newest = -1;
  #stamp = new Int32Array(0);
  #last = new Int32Array(0);
  #count = new Float64Array(0);
  #sum = new Float64Array(0);

  push(batch: SummaryBatch): void {
    const window = batch.windowStartMs / WINDOW_MS;
    this.#newest = window;
    for (let row = 0; row < batch.length; row++) {
      const component = batch.component[row];
      if (component >= this.#last.length) this.#grow(component + 1);
      const at = component * SLOTS + (window % SLOTS);
      this.#stamp[at] = window;
      this.#count[at] = batch.count[row];
      this.#sum[at] = batch.sum[row];
      this.#last[component] = window;
    }
  }

  /** Components that were seen, by number. */
  *components(): Generator<number> {
    for (let component = 0; component < this.#last.length; component++)
      if (this.#last[component] > 0) yield component;
  }

  /** Traces and mean of the last minute judged; the mean of the newest window that has it when that has none. */
  of(component: number): { readonly count: number; readonly mean: number; readonly lastSeenMs: number } {
    const last = this.#last[component];
    let count = 0;
    let sum = 0;
    for (let at = component * SLOTS; at < (component + 1) * SLOTS; at++) {
      if (this.#stamp[at] <= this.#newest - SLOTS || this.#stamp[at] > this.#newest) continue;
      count += this.#count[at];
      sum += this.#sum[at];
    }
    const at = component * SLOTS + (last % SLOTS);
    return {
      count,
      mean: count > 0 ? sum / count : this.#sum[at] / this.#count[at],
      lastSeenMs: last * WINDOW_MS,
    };
  }

  #grow(least: number): void {
    const capacity = Math.max(1024, least, this.#last.length * 2);
    this.#stamp = widened(this.#stamp, capacity * SLOTS).fill(-1, this.#stamp.length);
    this.#last = widened(this.#last, capacity);
    this.#count = widened(this.#count, capacity * SLOTS);
    this.#sum = widened(this.#sum, capacity * SLOTS);
  }
}
