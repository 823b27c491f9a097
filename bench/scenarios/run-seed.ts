import { type Scenario, SCENARIOS } from '../../src/simulator/index.ts';
import { judgeScenario } from './judge.ts';
import { type RunScore, scoreRun } from './score.ts';
import { learnSystem } from './system.ts';

/** What one system's seed gave: plain data, so that it can come from another process. */
export interface SeedScores {
  readonly seed: number;
  readonly spans: number;
  /** In the order of the chosen scenarios. */
  readonly runs: readonly RunScore[];
}

/** Those whose name contains `only`; all without it. */
export function chosen(only: string | undefined): readonly Scenario[] {
  return SCENARIOS.filter(({ name }) => only === undefined || name.includes(only));
}

/** Learns the system of `seed`, and lets every chosen scenario happen to it. */
export async function runSeed(seed: number, only: string | undefined): Promise<SeedScores> {
  const system = await learnSystem(seed);
  let spans = system.learnedSpans;
  try {
    const runs = chosen(only).map((scenario) => {
      const run = judgeScenario(system, scenario);
      spans += run.spans;
      return scoreRun(run);
    });
    return { seed, spans, runs };
  } finally {
    system.dispose();
  }
}
