import { WINDOW_MS } from '../domain/summary.ts';
import type { HistoryRecord } from './record.ts';

/** Widths of the roll-ups, finest first: 10 s, a minute, an hour. */
export const ROLL_UPS_MS = [WINDOW_MS, 60_000, 3_600_000] as const;

/** Several stretches of one component as one; the empty sum has no traces. */
export class RecordSum {
  #count = 0;
  #sum = 0;
  #sumOfSquares = 0;
  #top = Number.NEGATIVE_INFINITY;
  #judged = 0;
  #level = 0;
  #standardError = 0;
  #minuteError = 0;
  #parts = 0;
  #histogram: Uint32Array | undefined;

  get count(): number {
    return this.#count;
  }

  add(record: HistoryRecord): void {
    const { count, mean } = record;
    this.#parts++;
    this.#count += count;
    this.#sum += count * mean;
    this.#sumOfSquares += count * (record.variance + mean * mean);
    this.#top = Math.max(this.#top, record.top);
    if (!Number.isNaN(record.level)) {
      this.#judged += count;
      this.#level += count * record.level;
      this.#standardError += count * record.standardError;
      this.#minuteError += count * record.minuteError;
    }
    if (record.histogram !== undefined) {
      this.#histogram ??= new Uint32Array(record.histogram.length);
      for (let b = 0; b < record.histogram.length; b++) this.#histogram[b] += record.histogram[b];
    }
  }

  /**
   * The sum as a record. Its band is that of a minute (the spread between hours is not learned, and a band too wide
   * misleads less than one too narrow); the only part stays as it is.
   */
  record(): HistoryRecord {
    const n = this.#count;
    const mean = this.#sum / n;
    const judged = this.#judged === 0 ? Number.NaN : this.#judged;
    const minuteError = this.#minuteError / judged;
    return {
      count: n,
      mean,
      variance: Math.max(0, this.#sumOfSquares / n - mean * mean),
      top: this.#top,
      level: this.#level / judged,
      standardError: this.#parts === 1 ? this.#standardError / judged : minuteError,
      minuteError,
      histogram: this.#histogram,
    };
  }
}
