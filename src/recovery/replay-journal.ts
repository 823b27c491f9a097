import { readFileSync } from 'node:fs';
import type { FlowInput } from '../domain/flow-input.ts';
import type { Names } from '../domain/names.ts';
import { InputDecoder } from './input-codec.ts';
import { readRecords } from './journal-record.ts';

export interface Replayed {
  /** Inputs applied. */
  readonly inputs: number;
  readonly spans: number;
  /** Sequence number that the next input gets. */
  readonly next: number;
  /** Wall clock of the last input, epoch ms; undefined when there was none. */
  readonly lastInputAtMs?: number;
  /** Records that could not be used, and why; a torn end is what a kill leaves, and costs nothing that was answered. */
  readonly torn: readonly string[];
  /** Inputs are missing between two records: nothing after them was applied. */
  readonly gap?: string;
}

export interface ReplayOptions {
  readonly names: Names;
  /** Sequence number of the first input that is not in the state. */
  readonly from: number;
  readonly apply: (input: FlowInput, sequence: number) => void;
}

/** The inputs of the segments, in order, that are not in the state yet. Stops where one is missing. */
export function replayJournal(segments: readonly string[], { names, from, apply }: ReplayOptions): Replayed {
  const decoder = new InputDecoder(names);
  const torn: string[] = [];
  let next = from;
  let spans = 0;
  let lastInputAtMs: number | undefined;
  const outcome = (gap?: string): Replayed => ({
    ...{ inputs: next - from, spans, next, torn },
    ...(lastInputAtMs === undefined ? {} : { lastInputAtMs }),
    ...(gap === undefined ? {} : { gap }),
  });
  for (const path of segments) {
    const records = readRecords(readFileSync(path));
    for (let step = records.next(); ; step = records.next()) {
      if (step.done === true) {
        if (step.value.broken !== undefined)
          torn.push(`${path}: ${step.value.broken} at byte ${step.value.end}`);
        break;
      }
      const { sequence, input: bytes } = step.value;
      if (sequence > next) return outcome(`${path}: input ${next} is missing, the next one is ${sequence}`);
      let input: FlowInput;
      try {
        // Also of what is in the state already: later records count on its names.
        input = decoder.decode(bytes);
      } catch (error) {
        return outcome(`${path}: input ${sequence} cannot be read: ${String(error)}`);
      }
      if (sequence < next) continue;
      apply(input, sequence);
      next++;
      lastInputAtMs = input.atMs;
      if (input.kind === 'spans') spans += input.batch.length;
    }
  }
  return outcome();
}
