/** One of several that do the same work; `run` is timed as a whole. */
export interface Contestant {
  readonly name: string;
  readonly run: () => void;
}

/** Runs before the first that counts: the compiler's top tier comes after the first passes. */
const WARM_UP_ROUNDS = 2;

/**
 * Median milliseconds of CPU time of each contestant by name: of this process with all its threads, so that collecting
 * garbage on the side is paid for, and that what else runs on the machine is not. Each round runs all of them one after the other, so that a noisy
 * moment hits all alike; garbage is collected before each (when node runs with --expose-gc), so that none pays for
 * another's.
 */
export function medianMs(
  contestants: readonly Contestant[],
  rounds: number,
  warmUpRounds = WARM_UP_ROUNDS,
): Record<string, number> {
  const times = new Map(contestants.map(({ name }) => [name, [] as number[]]));
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (const { name, run } of contestants) {
      globalThis.gc?.();
      const before = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) times.get(name)?.push((user + system) / 1000);
    }
  }
  return Object.fromEntries([...times].map(([name, values]) => [name, median(values)]));
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
