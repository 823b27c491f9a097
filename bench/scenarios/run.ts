import { type ChildProcess, fork } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { Scenario } from '../../src/simulator/index.ts';
import { chosen, type SeedScores } from './run-seed.ts';
import type { RunScore } from './score.ts';

/** One scenario over all seeds. */
export interface ScenarioScores {
  readonly scenario: Scenario;
  readonly runs: readonly (RunScore & { readonly seed: number })[];
}

export interface ScenariosRun {
  /** In rising order. */
  readonly seeds: readonly number[];
  readonly scores: readonly ScenarioScores[];
  readonly spans: number;
  readonly seconds: number;
}

export interface ScenariosOptions {
  /** Seeds 1 to this. */
  readonly seeds: number;
  readonly jobs: number;
  readonly only?: string;
  /** After each seed, with what there is so far. */
  readonly onSeed: (run: ScenariosRun) => void;
}

const SEED_PROCESS = fileURLToPath(new URL('seed-process.ts', import.meta.url));

/** Every chosen scenario on the system of every seed, in `jobs` processes. Rejects when one of them ends early. */
export async function runScenarios({ seeds, jobs, only, onSeed }: ScenariosOptions): Promise<ScenariosRun> {
  const started = performance.now();
  const done: SeedScores[] = [];
  let next = 1;
  const collect = (): ScenariosRun => assemble(done, only, (performance.now() - started) / 1000);
  const work = async (): Promise<void> => {
    const child = fork(SEED_PROCESS);
    try {
      while (next <= seeds) {
        done.push(await ask(child, { seed: next++, ...(only === undefined ? {} : { only }) }));
        onSeed(collect());
      }
    } finally {
      child.kill();
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, seeds) }, work));
  return collect();
}

function ask(child: ChildProcess, message: { seed: number; only?: string }): Promise<SeedScores> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void =>
      reject(new Error(`seed ${message.seed}: ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (scores) => {
      child.off('exit', onExit);
      resolve(scores as SeedScores);
    });
    child.send(message);
  });
}

function assemble(done: readonly SeedScores[], only: string | undefined, seconds: number): ScenariosRun {
  const sorted = done.toSorted((a, b) => a.seed - b.seed);
  return {
    seeds: sorted.map(({ seed }) => seed),
    scores: chosen(only).map((scenario, i) => ({
      scenario,
      runs: sorted.map(({ seed, runs }) => ({ ...runs[i], seed })),
    })),
    spans: sorted.reduce((sum, { spans }) => sum + spans, 0),
    seconds,
  };
}
