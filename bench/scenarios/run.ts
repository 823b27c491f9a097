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
  /** After each seed, with what there is so far. */
  readonly onSeed?: (run: ScenariosRun) => void;
}

export function chosen(only: string | undefined): readonly Scenario[] {
  return SCENARIOS.filter(({ name }) => only === undefined || name.includes(only));
}

/** Learns the systems of seeds 1 to `seeds`, one after the other, and lets every chosen scenario happen to each. */
export async function runScenarios({ seeds, only, say, onSeed }: ScenariosOptions): Promise<ScenariosRun> {
  const started = performance.now();
  const scores = chosen(only).map((scenario) => ({
    scenario,
    runs: [] as (RunScore & { readonly seed: number })[],
  }));
  let run: ScenariosRun = { seeds: 0, scores, spans: 0, seconds: 0 };
  for (let seed = 1; seed <= seeds; seed++) {
    const system = await learnSystem(seed);
    let spans = run.spans + system.learnedSpans;
    try {
      for (const { scenario, runs } of scores) {
        const run = judgeScenario(system, scenario);
        spans += run.spans;
        runs.push({ ...scoreRun(run), seed });
      }
    } finally {
      system.dispose();
    }
    run = { seeds: seed, scores, spans, seconds: (performance.now() - started) / 1000 };
    say(`${system.topology.name}: ${run.seconds.toFixed(0)} s`);
    onSeed?.(run);
  }
  return run;
}
