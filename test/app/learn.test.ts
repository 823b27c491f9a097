import { expect, it } from 'vitest';
import { learn } from '../../src/app/learn.ts';
import { createVocabulary } from '../../src/app/vocabulary.ts';
import { parseConfig } from '../../src/config/index.ts';
import { simulate } from '../../src/simulator/index.ts';

const START_MS = Date.UTC(2026, 0, 5, 9);
const SECONDS = 180;

it('says when what it learned from begins, though it came in one piece', async () => {
  const outcome = parseConfig('', 'defaults');
  if (!outcome.ok) throw new Error('defaults');
  const vocabulary = createVocabulary(outcome.config.names);
  const simulation = simulate({ seed: 3, startMs: START_MS, tracesPerSecond: 5, names: vocabulary.names });
  const batch = simulation.newBatch();
  for (let second = 0; second < SECONDS; second++) simulation.second(second, batch);
  async function* records() {
    yield await Promise.resolve({ file: 'x', batch, arrivalUs: batch.latestEndUs() });
  }
  const { assemble } = outcome.config;
  const { trainedOn } = await learn(vocabulary, records(), { assemble, excluded: [], seed: 1 });
  expect(Date.parse(trainedOn.from) - START_MS).toBeLessThan(5_000);
  expect(Date.parse(trainedOn.to) - START_MS).toBeGreaterThan((SECONDS - 5) * 1000);
});
