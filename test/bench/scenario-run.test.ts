import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runScenarios, type ScenariosRun } from '../../bench/scenarios/run.ts';

const seedProcess = fileURLToPath(new URL('failing-seed-process.ts', import.meta.url));

describe('a run of scenarios', () => {
  it('names the seeds whose process failed or was killed, and does the others', async () => {
    const states: ScenariosRun[] = [];
    const run = await runScenarios({
      seeds: 5,
      jobs: 2,
      only: 'no scenario',
      onSeed: (state) => states.push(state),
      seedProcess,
    });
    expect(run.seeds).toEqual([1, 4, 5]);
    expect(run.spans).toBe(10);
    expect(run.failed).toEqual([
      { seed: 2, reason: 'its process ended with 1' },
      { seed: 3, reason: 'its process ended with SIGKILL' },
    ]);
    expect(states).toHaveLength(5);
  });

  it('begins at another seed when asked', async () => {
    const run = await runScenarios({
      ...{ seeds: 2, first: 4, jobs: 1, only: 'no scenario', onSeed: () => {}, seedProcess },
    });
    expect(run.seeds).toEqual([4, 5]);
  });
});
