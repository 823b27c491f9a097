import { bucketFloor, bucketFrom, HISTOGRAM_BUCKETS } from '../domain/summary.ts';
import { type Moment, momentOf, type Season, seasonAt } from './season.ts';

export type SeriesState = Readonly<Pick<Series, 'window' | 'count' | 'sum' | 'sumOfSquares'>>;

/** One component's windows in order of time, as columns: what a baseline is fitted to. */
export class Series {
  length = 0;
  /** Window number: start / WINDOW_MS. */
  window = new Float64Array(64);
  count = new Float64Array(64);
  sum = new Float64Array(64);
  sumOfSquares = new Float64Array(64);
  /** Values behind each window's traces, and their highest buckets (bucket << 24 | count); where tails are learned. */
  readonly values: number[] = [];
  readonly tops: Uint32Array[] = [];

  /** As `push`, with what a tail is fitted to. */
  pushWithTops(
    [window, count, sum, sumOfSquares]: readonly [number, number, number, number],
    values: number,
    tops: Uint32Array,
  ): void {
    this.values[this.length] = values;
    this.tops[this.length] = tops;
    this.push(window, count, sum, sumOfSquares);
  }

  push(window: number, count: number, sum: number, sumOfSquares: number): void {
    const i = this.length;
    if (i === this.window.length) this.#grow();
    this.window[i] = window;
    this.count[i] = count;
    this.sum[i] = sum;
    this.sumOfSquares[i] = sumOfSquares;
    this.length = i + 1;
  }

  /** The windows for which `keep` holds. */
  filter(keep: (i: number) => boolean): Series {
    const kept = new Series();
    for (let i = 0; i < this.length; i++) {
      if (!keep(i)) continue;
      if (i in this.tops) {
        kept.values[kept.length] = this.values[i];
        kept.tops[kept.length] = this.tops[i];
      }
      kept.push(this.window[i], this.count[i], this.sum[i], this.sumOfSquares[i]);
    }
    return kept;
  }

  /** What the season leaves of it; its highest buckets moved as the place moves from which a tail is counted. */
  without(season: Season, momentAt: (window: number) => Moment = momentOf): Series {
    const rest = new Series();
    for (let i = 0; i < this.length; i++) {
      const by = seasonAt(season, momentAt(this.window[i]));
      const [count, sum] = [this.count[i], this.sum[i]];
      if (i in this.tops) {
        rest.values[i] = this.values[i];
        rest.tops[i] = movedDown(this.tops[i], bucketFrom(bucketFloor(MIDDLE) + by) - MIDDLE);
      }
      const sumOfSquares = this.sumOfSquares[i] - 2 * by * sum + count * by * by;
      rest.push(this.window[i], count, sum - count * by, sumOfSquares);
    }
    return rest;
  }

  /** Forgets the oldest windows beyond `most`. */
  keepLast(most: number): void {
    if (this.length <= most) return;
    const drop = this.length - most;
    for (const column of [this.window, this.count, this.sum, this.sumOfSquares])
      column.copyWithin(0, drop, this.length);
    this.values.splice(0, drop);
    this.tops.splice(0, drop);
    this.length = most;
  }

  snapshot(): SeriesState {
    const n = this.length;
    return {
      window: this.window.subarray(0, n),
      count: this.count.subarray(0, n),
      sum: this.sum.subarray(0, n),
      sumOfSquares: this.sumOfSquares.subarray(0, n),
    };
  }

  static from({ window, count, sum, sumOfSquares }: SeriesState): Series {
    const series = new Series();
    for (let i = 0; i < window.length; i++) series.push(window[i], count[i], sum[i], sumOfSquares[i]);
    return series;
  }

  #grow(): void {
    const grown = (from: Float64Array): Float64Array<ArrayBuffer> => {
      const to = new Float64Array(from.length * 2);
      to.set(from);
      return to;
    };
    this.window = grown(this.window);
    this.count = grown(this.count);
    this.sum = grown(this.sum);
    this.sumOfSquares = grown(this.sumOfSquares);
  }
}

/** Any bucket that is far from both ends. */
const MIDDLE = HISTOGRAM_BUCKETS / 2;

/** Buckets and their counts (bucket << 24 | count), as many buckets lower as a tail begins higher. */
function movedDown(tops: Uint32Array, buckets: number): Uint32Array {
  if (buckets === 0) return tops;
  const moved = new Uint32Array(tops.length);
  for (let i = 0; i < tops.length; i++) {
    const bucket = Math.max(0, Math.min(HISTOGRAM_BUCKETS - 1, (tops[i] >>> 24) - buckets));
    moved[i] = ((bucket << 24) | (tops[i] & 0xff_ffff)) >>> 0;
  }
  return moved;
}
