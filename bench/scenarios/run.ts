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

/** Its process ended before it answered. */
export interface FailedSeed {
  readonly seed: number;
  readonly reason: string;
}

export interface ScenariosRun {
  /** In rising order. */
  readonly seeds: readonly number[];
  readonly scores: readonly ScenarioScores[];
  /** Seeds that are not in the scores, though they were asked for. */
  readonly failed: readonly FailedSeed[];
  readonly spans: number;
  readonly seconds: number;
}

export interface ScenariosOptions {
  /** So many seeds, from `first` on (1 when absent). */
  readonly seeds: number;
  readonly first?: number;
  readonly jobs: number;
  readonly only?: string;
  /** After each seed, with what there is so far. */
  readonly onSeed: (run: ScenariosRun) => void;
  /** The module that a process runs: for tests. */
  readonly seedProcess?: string;
}

const SEED_PROCESS = fileURLToPath(new URL('seed-process.ts', import.meta.url));

/**
 * Every chosen scenario on the system of every seed, in `jobs` processes. A seed whose process ends early is in `failed`,
 * and the others are run all the same.
 */
export async function runScenarios(options: ScenariosOptions): Promise<ScenariosRun> {
  const { seeds, first = 1, jobs, only, onSeed, seedProcess = SEED_PROCESS } = options;
  const started = performance.now();
  const done: SeedScores[] = [];
  const failed: FailedSeed[] = [];
  let next = first;
  const collect = (): ScenariosRun => ({
    ...assemble(done, only),
    failed: failed.toSorted((a, b) => a.seed - b.seed),
    seconds: (performance.now() - started) / 1000,
  });
  const work = async (): Promise<void> => {
    let child = fork(seedProcess);
    try {
      while (next < first + seeds) {
        const answer = await ask(child, { seed: next++, ...(only === undefined ? {} : { only }) });
        if ('reason' in answer) {
          failed.push(answer);
          child = fork(seedProcess);
        } else done.push(answer);
        onSeed(collect());
      }
    } finally {
      child.kill();
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, seeds) }, work));
  return collect();
}

function ask(
  child: ChildProcess,
  message: { seed: number; only?: string },
): Promise<SeedScores | FailedSeed> {
  return new Promise((resolve) => {
    const fail = (reason: string): void => resolve({ seed: message.seed, reason });
    const onExit = (code: number | null, signal: string | null): void =>
      fail(`its process ended with ${code ?? signal}`);
    child.once('exit', onExit);
    child.once('message', (scores) => {
      child.off('exit', onExit);
      resolve(scores as SeedScores);
    });
    // It ended since the seed before.
    child.send(message, (error) => error !== null && fail(error.message));
  });
}

function assemble(
  done: readonly SeedScores[],
  only: string | undefined,
): Pick<ScenariosRun, 'seeds' | 'scores' | 'spans'> {
  const sorted = done.toSorted((a, b) => a.seed - b.seed);
  return {
    seeds: sorted.map(({ seed }) => seed),
    scores: chosen(only).map((scenario, i) => ({
      scenario,
      runs: sorted.map(({ seed, runs }) => ({ ...runs[i], seed })),
    })),
    spans: sorted.reduce((sum, { spans }) => sum + spans, 0),
  };
}
