import type { Baseline } from '../baseline/port.ts';
import { LEAST_ERROR_RATIO } from './effect.ts';

/** The excess looked for: half as much again as what somebody notices. */
const EXCESS = 1.5 * LEAST_ERROR_RATIO;
/** What one window may say: evidence of an incident lasts for several. */
const MOST_A_WINDOW = 8;
/** It has ended when the usual part explains what came of late so much better than the stretch's own does, as of tails. */
const ENDED = 6;
/** Beyond this nothing is decided any more, and what is kept must fade when the failures end. */
const MOST = 40;

export interface ErrorSumsState {
  readonly sum: Float64Array;
  readonly failed: Float64Array;
  readonly traces: Float64Array;
  /** Absent in what older versions stored. */
  readonly over?: Float64Array;
}

/** What is known of a component's failures: their learned part, and how much they come together. */
export interface UsualErrors {
  readonly ratio: number;
  /** Variance of the part from window to window beyond chance. */
  readonly overdispersion: number;
}

/**
 * Small rises of failures, added up over as long as they last: Page's cumulative sum (Biometrika 1954),
 *
 *     S <- max(0, S + min(c, [k ln(p1 / p0) - n (p1 - p0)] / D)),   p1 = p0 + EXCESS
 *
 * for k failures among a window's n traces, the Poisson log likelihood ratio of p1 against p0, divided by the design effect
 * D = 1 + overdispersion n / p0 of failures that come together (Kish 1965). Under calm e^S exceeds e^h for the first time
 * after e^h windows on average at the least (Lorden, Annals of Mathematical Statistics 1971), cut off at c or not, as that
 * only lowers the ratio: S is as strong as a log Bayes factor, and the budget counts it as one. It ends by the same sum the other way
 * round: of p0 against the stretch's own part (its lower bound by two standard errors, at least p1), beyond ENDED.
 */
export class ErrorSums {
  #sum = new Float64Array(0);
  #failed = new Float64Array(0);
  #traces = new Float64Array(0);
  /** What speaks for the end. */
  #over = new Float64Array(0);

  /** Adds a window of a component. */
  add(component: number, { count, failed }: { count: number; failed: number }, usual: UsualErrors): void {
    if (component >= this.#sum.length) this.#grow(component);
    const { ratio, overdispersion } = usual;
    const design = 1 + (overdispersion * count) / ratio;
    const says = (failed * Math.log1p(EXCESS / ratio) - count * EXCESS) / design;
    const sum = Math.min(MOST, this.#sum[component] + Math.min(MOST_A_WINDOW, says));
    if (sum <= 0) {
      this.forget(component);
      return;
    }
    this.#sum[component] = sum;
    this.#failed[component] += failed;
    this.#traces[component] += count;
    const [x, n] = [this.#failed[component], this.#traces[component]];
    const part = Math.max(ratio + EXCESS, (x - 2 * Math.sqrt(x * design)) / n);
    const ends = (count * (part - ratio) - failed * Math.log(part / ratio)) / design;
    this.#over[component] = Math.max(0, this.#over[component] + ends);
    if (this.#over[component] > ENDED) this.forget(component);
  }

  /** The failures of late are no more than usual. */
  forget(component: number): void {
    if (component < this.#sum.length)
      this.#sum[component] = this.#failed[component] = this.#traces[component] = this.#over[component] = 0;
  }

  /** The sum, when the excess over its time is one that somebody notices; else 0. */
  logBayes(component: number, { ratio }: UsualErrors): number {
    const traces = this.#traces[component] ?? 0;
    return traces > 0 && this.#failed[component] - ratio * traces >= LEAST_ERROR_RATIO * traces
      ? this.#sum[component]
      : 0;
  }

  snapshot(): ErrorSumsState {
    return {
      sum: this.#sum.slice(),
      failed: this.#failed.slice(),
      traces: this.#traces.slice(),
      over: this.#over.slice(),
    };
  }

  restore({ sum, failed, traces, over }: ErrorSumsState): void {
    this.#sum = sum.slice();
    this.#failed = failed.slice();
    this.#traces = traces.slice();
    this.#over = over?.slice() ?? new Float64Array(sum.length);
  }

  #grow(component: number): void {
    const grown = (from: Float64Array): Float64Array<ArrayBuffer> => {
      const to = new Float64Array(Math.max(256, component * 2));
      to.set(from);
      return to;
    };
    this.#sum = grown(this.#sum);
    this.#failed = grown(this.#failed);
    this.#traces = grown(this.#traces);
    this.#over = grown(this.#over);
  }
}

/** `floor` is what the fit puts under the spread between windows, and was not seen. */
export function usualErrors(
  { level, between, inflation }: Baseline,
  { least, floor }: { least: number; floor: number },
): UsualErrors {
  return { ratio: Math.max(level, least), overdispersion: inflation ** 2 * Math.max(0, between[0] - floor) };
}
