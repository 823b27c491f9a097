import { learn } from '../../src/app/learn.ts';
import type { LoadedModel } from '../../src/app/model.ts';
import { createVocabulary, type Vocabulary } from '../../src/app/vocabulary.ts';
import { DEFAULT_ASSEMBLE_LIMITS } from '../../src/assemble/index.ts';
import { DEFAULT_NAME_LIMITS } from '../../src/domain/names.ts';
import { simulate } from '../../src/simulator/index.ts';
import type { FileRecord } from '../../src/sources/file/index.ts';

export interface ShopModel {
  readonly vocabulary: Vocabulary;
  readonly model: LoadedModel;
}

const SEED = 3;
const TRACES_PER_SECOND = 30;

/** Baselines and forests of the simulator's quiet shop, so that verdicts are made of what a live service has. */
export async function learnShop(seconds: number): Promise<ShopModel> {
  const vocabulary = createVocabulary(DEFAULT_NAME_LIMITS);
  const learned = await learn(vocabulary, quietSeconds(vocabulary, seconds), {
    assemble: DEFAULT_ASSEMBLE_LIMITS,
    excluded: [],
    seed: SEED,
  });
  return { vocabulary, model: { name: 'shop', ...learned } };
}

/** The day before the benchmark's own payloads. */
async function* quietSeconds({ names }: Vocabulary, seconds: number): AsyncGenerator<FileRecord> {
  const startMs = Date.UTC(2025, 11, 31);
  const simulation = simulate({ seed: SEED, startMs, tracesPerSecond: TRACES_PER_SECOND, names });
  const batch = simulation.newBatch();
  for (let second = 0; second < seconds; second++) {
    batch.clear();
    simulation.second(second, batch);
    if (batch.length > 0)
      yield await Promise.resolve({ file: 'shop', batch, arrivalUs: startMs * 1000 + (second + 1) * 1e6 });
  }
}
