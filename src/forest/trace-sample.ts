import { Measurements } from '../domain/measurement.ts';
import type { Random } from '../runtime/random.ts';

/** Traces kept for each entry operation: the forest draws subsamples of 1,024 at most. */
const PER_ENTRY = 2048;
const MAX_ENTRIES = 64;

export interface SampledTrace {
  readonly measurements: Measurements;
  readonly spans: number;
  /** Its latest end, epoch ms. */
  readonly endMs: number;
}

/** A uniform sample of the measured traces of each entry operation (Vitter 1985, algorithm R), to fit forests on. */
export class TraceSample {
  readonly entries = new Map<number, { seen: number; readonly traces: SampledTrace[] }>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  add(
    entryOperation: number,
    measurements: Measurements,
    { spans, endMs }: Omit<SampledTrace, 'measurements'>,
  ): void {
    let entry = this.entries.get(entryOperation);
    if (entry === undefined) {
      if (this.entries.size >= MAX_ENTRIES) return;
      this.entries.set(entryOperation, (entry = { seen: 0, traces: [] }));
    }
    entry.seen++;
    const at =
      entry.traces.length < PER_ENTRY ? entry.traces.length : Math.floor(this.#random() * entry.seen);
    if (at < PER_ENTRY) entry.traces[at] = { measurements: copyOf(measurements), spans, endMs };
  }
}

function copyOf(measurements: Measurements): Measurements {
  const copy = new Measurements(measurements.length);
  for (let i = 0; i < measurements.length; i++) {
    copy.push(measurements.component[i], measurements.value[i], measurements.span[i]);
  }
  return copy;
}
