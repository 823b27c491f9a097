import process from 'node:process';
import { runCommandLine } from './cli/index.ts';

/** After the command has ended: for what it left open, should it have left anything. */
const LINGER_MS = 2_000;
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

const stopped = new Promise<void>((resolve) => {
  for (const signal of SIGNALS) process.once(signal, () => resolve());
});

// A reader that goes away (`spanwatch replay ... | head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// kafkajs 2.2.4 asks for a time-out in the past whenever no request waits: harmless, and three lines of Node's on a terminal.
const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void;
process.emitWarning = (...args: unknown[]) => {
  if (args[1] !== 'TimeoutNegativeWarning') emitWarning(...args);
};

process.exitCode = await runCommandLine(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  interactive: process.stderr.isTTY,
  color: process.stdout.isTTY && process.env.NO_COLOR === undefined,
  stopped,
  onReload: (callback) => void process.on('SIGHUP', callback),
});

// The command is over: a signal ends the process as it ends any other, and nothing that was forgotten keeps it alive. What
// went well may have text on its way to a slow reader, and waits for that.
for (const signal of SIGNALS) process.removeAllListeners(signal);
const linger = (): void => void setTimeout(() => process.exit(), LINGER_MS).unref();
if (process.exitCode !== 0) linger();
else process.stdout.write('', linger);
