import type { Random } from '../runtime/random.ts';
import { TRACE_FEATURES } from './trace-features.ts';

/** Traces kept for each entry operation: the forest draws subsamples of 1,024 at most. */
const PER_ENTRY = 2048;
const MAX_ENTRIES = 64;
/**
 * A sample of this many of the newest traces, roughly: from then on each trace is taken with the same probability, so that older ones
 * fade (a biased reservoir; Aggarwal, VLDB 2006). At 10 traces a second it is the last hour and more.
 */
const MEMORY_TRACES = 20 * PER_ENTRY;

const WIDTH = TRACE_FEATURES.length;

/** The sampled traces of one entry operation, as columns. */
export class EntrySample {
  seen = 0;
  length = 0;
  /** TRACE_FEATURES a row; the span count's against no usual at all: ln(spans). */
  readonly features = new Float64Array(PER_ENTRY * WIDTH);
  readonly strength = new Float64Array(PER_ENTRY);
  /** Epoch ms of event time. */
  readonly endMs = new Float64Array(PER_ENTRY);
}

/** A bounded sample of recent traces by entry operation, as what a forest sees of them: 80 bytes a trace, 10 MB at most. */
export class RecentFeatures {
  readonly entries = new Map<number, EntrySample>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Where a trace of this entry goes, or undefined when it is not drawn: ask before computing what it looks like. */
  draw(entryOperation: number): { readonly sample: EntrySample; readonly row: number } | undefined {
    let sample = this.entries.get(entryOperation);
    if (sample === undefined) {
      if (this.entries.size >= MAX_ENTRIES) return undefined;
      this.entries.set(entryOperation, (sample = new EntrySample()));
    }
    sample.seen++;
    if (sample.length < PER_ENTRY) return { sample, row: sample.length++ };
    const row = Math.floor(this.#random() * Math.min(sample.seen, MEMORY_TRACES));
    return row < PER_ENTRY ? { sample, row } : undefined;
  }
}
