/** Milliseconds of the fastest of a few runs: what the work itself takes, and not what else the machine did meanwhile. */
export function leastMs(work: () => unknown, runs = 5): number {
  let least = Infinity;
  for (let run = 0; run < runs; run++) {
    const from = performance.now();
    work();
    least = Math.min(least, performance.now() - from);
  }
  return least;
}
