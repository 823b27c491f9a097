import process from 'node:process';
import { runCommandLine } from './cli/index.ts';

const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
});

// A reader that goes away (`spanwatch replay ... | head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCommandLine(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  interactive: process.stderr.isTTY,
  color: process.stdout.isTTY && process.env.NO_COLOR === undefined,
  stopped,
  onReload: (callback) => void process.on('SIGHUP', callback),
});
