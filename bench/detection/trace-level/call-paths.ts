/** What traces of each structure looked like: which call paths they have, and the slowest of each. */
export class CallPaths {
  readonly #slowest = new Map<string, Float64Array>();

  /** Each trace is its call paths' milliseconds; 0 is a path that it does not have. */
  constructor(traces: readonly Float64Array[]) {
    for (const trace of traces) {
      const key = structureOf(trace);
      const slowest = this.#slowest.get(key);
      if (slowest === undefined) this.#slowest.set(key, trace.slice());
      else for (let i = 0; i < trace.length; i++) slowest[i] = Math.max(slowest[i], trace[i]);
    }
  }

  /** Milliseconds beyond the slowest trace of the same structure, on the path where it is most; of a new structure Infinity. */
  score(trace: Float64Array): number {
    const slowest = this.#slowest.get(structureOf(trace));
    if (slowest === undefined) return Number.POSITIVE_INFINITY;
    let most = 0;
    for (let i = 0; i < trace.length; i++) most = Math.max(most, trace[i] - slowest[i]);
    return most;
  }
}

/** Folds of training in which each trace is scored by those of the others. */
const FOLDS = 5;
/** As `explain`: what one training trace in two hundred reaches is called anomalous. */
const CUT_QUANTILE = 0.995;

/** The cut from training traces alone, each scored out of its fold. */
export function cutOf(training: readonly Float64Array[]): number {
  const scores: number[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const others = new CallPaths(training.filter((_, i) => i % FOLDS !== fold));
    for (let i = fold; i < training.length; i += FOLDS) scores.push(others.score(training[i]));
  }
  scores.sort((a, b) => a - b);
  return scores[Math.floor(CUT_QUANTILE * (scores.length - 1))];
}

function structureOf(trace: Float64Array): string {
  const paths: number[] = [];
  for (let i = 0; i < trace.length; i++) if (trace[i] > 0) paths.push(i);
  return paths.join();
}
