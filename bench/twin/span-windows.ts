import { TraceStage } from '../../src/app/trace-stage.ts';
import type { Vocabulary } from '../../src/app/vocabulary.ts';
import { DEFAULT_ASSEMBLE_LIMITS } from '../../src/assemble/index.ts';
import type { SummaryBatch } from '../../src/domain/summary.ts';
import { simulate } from '../../src/simulator/index.ts';
import type { TwinOptions } from './summary-twin.ts';

/** What a twin stands for: the same windows from spans, through the product's own stages. */
export function spanWindows(vocabulary: Vocabulary, options: TwinOptions, windows: number): SummaryBatch[] {
  const sealed: SummaryBatch[] = [];
  const simulation = simulate({ ...options, names: vocabulary.names });
  const stage = new TraceStage(vocabulary, DEFAULT_ASSEMBLE_LIMITS, {
    onMeasured: () => undefined,
    onSealed: (batch) => sealed.push(batch),
  });
  const batch = simulation.newBatch();
  for (let second = 0; second < windows * 10; second++) {
    batch.clear();
    simulation.second(second, batch);
    stage.add(batch);
  }
  stage.flush();
  return sealed.slice(0, windows);
}
