/** Stands for `bench/scenarios/seed-process.ts`: seed 2 throws, seed 3 is killed, all others give so many spans. */
process.on('message', ({ seed }: { seed: number }) => {
  if (seed === 2) throw new Error('seed 2 is broken');
  if (seed === 3) process.kill(process.pid, 'SIGKILL');
  else process.send?.({ seed, spans: seed, runs: [] });
});
