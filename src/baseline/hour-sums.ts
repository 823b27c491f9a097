import { WINDOW_MS } from '../domain/summary.ts';

export interface HourSum {
  count: number;
  sum: number;
  sumOfSquares: number;
}

/** One hour of a component. */
export interface Hour {
  /** From the epoch. */
  readonly hour: number;
  readonly mean: number;
  /** How far that lies from the usual hour of its day, then of its week; far ones are pulled in. */
  off: number;
  /** Variance of the mean by what was counted alone: the floor of `between`, and `within / n`. */
  readonly variance: number;
}

export const WINDOWS_AN_HOUR = 3_600_000 / WINDOW_MS;
/** Four weeks, the newest: 20 KiB a component. */
const MAX_HOURS = 28 * 24;

/** One component's hours (UTC), counted from the epoch: what a season is fitted to. */
export class HourSums {
  readonly hours = new Map<number, HourSum>();

  add(window: number, count: number, sum: number, sumOfSquares: number): void {
    const hour = Math.floor(window / WINDOWS_AN_HOUR);
    let into = this.hours.get(hour);
    if (into === undefined) {
      this.hours.set(hour, (into = { count: 0, sum: 0, sumOfSquares: 0 }));
      // Windows come in order, so that the first is the oldest.
      if (this.hours.size > MAX_HOURS)
        for (const oldest of this.hours.keys()) {
          this.hours.delete(oldest);
          break;
        }
    }
    into.count += count;
    into.sum += sum;
    into.sumOfSquares += sumOfSquares;
  }
}
