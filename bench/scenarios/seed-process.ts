import { runSeed } from './run-seed.ts';

/** A process that runs the seeds that it is told, one after the other, and sends back what each gave. */
process.on('message', ({ seed, only }: { seed: number; only?: string }) => {
  void runSeed(seed, only).then((scores) => process.send?.(scores));
});
