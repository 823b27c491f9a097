import { bucketMiddle, HISTOGRAM_BUCKETS, LOG_OFFSET_US, usOf } from '../domain/summary.ts';
import type { Sample } from './families.ts';

/** Four buckets of a summary are an octave; its edges are exact, so that these counts are too. */
const OCTAVE = 4;
/** 100 us to 13 s in octaves, then the rest. */
const OCTAVES = 17;

/** Seconds; (100 us + x) doubles from bound to bound. */
export const LATENCY_BOUNDS_S: readonly number[] = Array.from(
  { length: OCTAVES },
  (_, i) => (LOG_OFFSET_US * (2 ** (i + 1) - 1)) / 1e6,
);

/** A classic histogram that grows by the histograms of summaries. 17 bounds, `+Inf`, sum and count: 20 series. */
export class LatencyHistogram {
  readonly #counts = new Float64Array(OCTAVES + 1);
  /** Of the buckets' middles: within a tenth of the true one. */
  #sum = 0;

  add(histogram: Uint32Array, from: number): void {
    for (let bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
      const count = histogram[from + bucket];
      if (count === 0) continue;
      this.#counts[Math.min(OCTAVES, Math.floor(bucket / OCTAVE))] += count;
      this.#sum += (count * usOf(bucketMiddle(bucket))) / 1e6;
    }
  }

  samples(name: string, labels: Readonly<Record<string, string>>): Sample[] {
    let below = 0;
    const buckets = [...this.#counts].map((count, i) => {
      below += count;
      const le = i < OCTAVES ? LATENCY_BOUNDS_S[i] : '+Inf';
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: below };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: this.#sum },
      { metricName: `${name}_count`, labels, value: below },
    ];
  }
}
