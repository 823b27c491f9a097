import type { Trace } from '../domain/trace.ts';

/** What ended this long before the kill may have been in a sender's queue still: twice the batching interval of an OTel SDK. */
const IN_QUEUES_US = 10_000_000;
/** Downtimes remembered: more than a crash loop leaves before its oldest ones no longer matter. */
const MOST_GAPS = 64;

interface Gap {
  /** Event time, microseconds: a trace with a part in between may lack spans. */
  readonly fromUs: number;
  readonly toUs: number;
}

export interface DowntimeState {
  readonly cut: number;
  readonly gaps: readonly Gap[];
}

/**
 * Stretches in which nobody took spans. A trace that reaches into one may be cut in two, and half a trace looks like
 * missing calls: it is left out of measurement, and counted.
 */
export class Downtime {
  /** Traces left out. */
  cut = 0;
  #gaps: Gap[] = [];

  add(fromUs: number, toUs: number): void {
    this.#gaps = [...this.#gaps, { fromUs: fromUs - IN_QUEUES_US, toUs }].slice(-MOST_GAPS);
  }

  /** Whether the trace may lack spans; counts it if so. */
  cuts(trace: Trace): boolean {
    if (this.#gaps.length === 0) return false;
    let startUs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < trace.spanCount; i++) if (trace.startUs[i] < startUs) startUs = trace.startUs[i];
    const isCut = this.#gaps.some(({ fromUs, toUs }) => startUs < toUs && trace.latestEndUs > fromUs);
    if (isCut) this.cut++;
    return isCut;
  }

  snapshot(): DowntimeState {
    return { cut: this.cut, gaps: this.#gaps };
  }

  restore({ cut, gaps }: DowntimeState): void {
    this.cut = cut;
    this.#gaps = [...gaps];
  }
}
