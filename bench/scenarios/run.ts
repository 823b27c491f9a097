import { performance } from 'node:perf_hooks';
import { type Scenario, SCENARIOS } from '../../src/simulator/index.ts';
import { judgeScenario } from './judge.ts';
import { type RunScore, scoreRun } from './score.ts';
import { learnSystem } from './system.ts';

/** One scenario over all seeds. */
export interface ScenarioScores {
  readonly scenario: Scenario;
  readonly runs: readonly (RunScore & { readonly seed: number })[];
}

export interface ScenariosRun {
  readonly seeds: number;
  readonly scores: readonly ScenarioScores[];
  readonly spans: number;
  readonly seconds: number;
}

export interface ScenariosOptions {
  readonly seeds: number;
  /** Scenarios whose name contains it. */
  readonly only?: string;
  readonly say: (line: string) => void;
}

export function chosen(only: string | undefined): readonly Scenario[] {
  return SCENARIOS.filter(({ name }) => only === undefined || name.includes(only));
}

/** Learns the systems of seeds 1 to `seeds`, one after the other, and lets every chosen scenario happen to each. */
export async function runScenarios({ seeds, only, say }: ScenariosOptions): Promise<ScenariosRun> {
  const started = performance.now();
  const scores = chosen(only).map((scenario) => ({
    scenario,
    runs: [] as (RunScore & { readonly seed: number })[],
  }));
  let spans = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const system = await learnSystem(seed);
    spans += system.learnedSpans;
    try {
      for (const { scenario, runs } of scores) {
        const run = judgeScenario(system, scenario);
        spans += run.spans;
        runs.push({ ...scoreRun(run), seed });
      }
    } finally {
      system.dispose();
    }
    say(`${system.topology.name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
  return { seeds, scores, spans, seconds: (performance.now() - started) / 1000 };
}
