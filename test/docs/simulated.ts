import type { SpanBatch } from '../../src/domain/span-batch.ts';
import type { Names } from '../../src/domain/names.ts';
import { at, simulate } from '../../src/simulator/index.ts';
import type { FileRecord } from '../../src/sources/file/index.ts';

const START_MS = Date.UTC(2026, 0, 5, 12);

/** Five minutes of the simulated shop as a file would give them: payment is slow in the second. */
// eslint-disable-next-line @typescript-eslint/require-await -- the readers of records take what a file gives
export async function* slowPayment(names: Names, seconds = 300): AsyncGenerator<FileRecord> {
  const script = at(60).slow('payment', { addMs: 350 }, 60);
  const simulation = simulate({ seed: 7, startMs: START_MS, tracesPerSecond: 30, script, names });
  const batch: SpanBatch = simulation.newBatch();
  for (let second = 0; second < seconds; second++) {
    batch.clear();
    simulation.second(second, batch);
    if (batch.length > 0) yield { file: 'simulated', batch, arrivalUs: batch.latestEndUs() };
  }
}
