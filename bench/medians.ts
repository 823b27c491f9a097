/** One of several that do the same work; `run` is timed as a whole. */
export interface Contestant {
  readonly name: string;
  readonly run: () => void;
}

/** Runs before the first that counts: the compiler's top tier comes after the first passes. */
const WARM_UP_ROUNDS = 2;
/**
 * A run shorter than this is repeated until so much is measured together: where the kernel counts CPU time in ticks (4 or
 * 10 ms), one of a millisecond would read 0, and its speed infinite.
 */
const LEAST_CPU_MS = 20;

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
      const ms = cpuMsOf(run);
      if (round >= 0) times.get(name)?.push(ms);
    }
  }
  return Object.fromEntries([...times].map(([name, values]) => [name, median(values)]));
}

function cpuMsOf(run: () => void): number {
  const before = process.cpuUsage();
  for (let runs = 1; ; runs++) {
    run();
    const { user, system } = process.cpuUsage(before);
    const ms = (user + system) / 1000;
    if (ms >= LEAST_CPU_MS) return ms / runs;
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
