import { VERSION } from '../version.ts';
import { checkCommand } from './check.ts';
import type { Command, Terminal } from './command.ts';
import { dashboardsCommand } from './dashboards.ts';
import { demoCommand } from './demo.ts';
import { explainCommand } from './explain.ts';
import { feedbackCommand } from './feedback.ts';
import { learnCommand } from './learn.ts';
import { modelsCommand } from './models.ts';
import { notifyCommand } from './notify.ts';
import { policyCommand } from './policy.ts';
import { replayCommand } from './replay.ts';
import { runCommand } from './run.ts';
import { silenceCommand } from './silence.ts';
import { CommandError, UsageError } from './usage-error.ts';

const COMMANDS: readonly Command[] = [
  runCommand,
  learnCommand,
  replayCommand,
  explainCommand,
  checkCommand,
  modelsCommand,
  notifyCommand,
  silenceCommand,
  dashboardsCommand,
  feedbackCommand,
  policyCommand,
  demoCommand,
];

export type { Terminal } from './command.ts';

/** Runs a command line; resolves to its exit code: 0 fine, 1 failed, 2 wrong usage. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    terminal.err(overview());
    return 2;
  }
  if (name === '--help' || name === '-h' || name === 'help') return help(rest[0], terminal);
  if (name === '--version' || name === '-v') {
    terminal.out(`${VERSION}\n`);
    return 0;
  }
  const command = COMMANDS.find((known) => known.name === name);
  if (command === undefined) {
    terminal.err(`spanwatch: there is no command ${JSON.stringify(name)}\n\n${overview()}`);
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) return help(name, terminal);
  return runGuarded(command, rest, terminal);
}

async function runGuarded(command: Command, args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await command.run(args, terminal);
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.err(`spanwatch ${command.name}: ${error.message}\n\n${command.help}`);
      return 2;
    }
    if (error instanceof CommandError || isSaidInOneLine(error)) {
      terminal.err(`spanwatch ${command.name}: ${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

/** Files that cannot be read, brokers that are away: not faults of ours, and their words are for people. */
function isSaidInOneLine(error: unknown): error is Error {
  return error instanceof Error && (error.name === 'SpanFileError' || error.name === 'KafkaError');
}

function help(name: string | undefined, terminal: Terminal): number {
  const command = COMMANDS.find((known) => known.name === name);
  terminal.out(command?.help ?? overview());
  return name === undefined || command !== undefined ? 0 : 2;
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  const list = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n');
  return `spanwatch ${VERSION}: watches distributed traces, and names the service to blame

usage: spanwatch COMMAND [options]       spanwatch COMMAND --help says more

${list}
`;
}
