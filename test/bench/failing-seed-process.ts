/** Stands for `bench/scenarios/seed-process.ts`: seed 2 ends the process, seed 3 is killed, all others give so many spans. */
process.on('message', ({ seed }: { seed: number }) => {
  if (seed === 2) process.exit(1);
  else if (seed === 3) process.kill(process.pid, 'SIGKILL');
  else process.send?.({ seed, spans: seed, runs: [] });
});
