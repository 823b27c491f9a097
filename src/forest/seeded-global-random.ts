import { createRandom } from '../runtime/index.ts';

/**
 * Runs `work` with a seeded `Math.random` and puts the old one back, whatever happens. The isolation-forest package
 * draws its splits from the global; this is the one place that may touch it. `work` must be synchronous: nothing else
 * of this thread runs while the global is swapped.
 */
export function withSeededGlobalRandom<T>(seed: number, work: () => T): T {
  const original = Math.random;
  Math.random = createRandom(seed);
  try {
    return work();
  } finally {
    Math.random = original;
  }
}
