import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

export { freePort, freePorts } from './ports.ts';

export interface ServerCommand {
  readonly name: string;
  /** Its own folder: the log, and whatever it writes. Kept when it fails. */
  readonly folder: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it answers a real request; called until it does. */
  readonly answers: () => Promise<boolean>;
}

/** A real server, running. */
export interface ServerProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** SIGTERM, and SIGKILL when that is not enough. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** Elasticsearch answers after 14 s on two idle cores; others may have them now. */
const START_TIMEOUT_MS = 240_000;
const STOP_TIMEOUT_MS = 20_000;
const POLL_MS = 100;
const LAST_LOG_CHARACTERS = 3000;

/**
 * Prints the server's pid, and ends it when standard input closes: so that no server outlives the test run, however that
 * ends.
 */
const LEASH = '"$@" </dev/null & pid=$!; echo $pid; cat >/dev/null; kill -9 $pid 2>/dev/null; wait $pid';

/** Starts a server and resolves once it answers. Rejects with the end of its log when it ends before, or says nothing for long. */
export async function startProcess(command: ServerCommand): Promise<ServerProcess> {
  const { name, folder, program, args } = command;
  mkdirSync(folder, { recursive: true });
  const logFile = join(folder, `${name}.log`);
  const log = openSync(logFile, 'a');
  const leash = spawn('bash', ['-c', LEASH, 'leash', program, ...args], {
    cwd: folder,
    env: { ...process.env, ...command.env },
    stdio: ['pipe', 'pipe', log],
  }) as ChildProcessByStdio<Writable, Readable, null>;
  closeSync(log);
  const pid = await firstLine(leash.stdout);
  let ended = false;
  const gone = new Promise<void>((resolve) => leash.once('close', () => resolve(void (ended = true))));
  const signal = async (which: NodeJS.Signals): Promise<void> => {
    if (isAlive(pid)) process.kill(pid, which);
    const giveUp = Date.now() + STOP_TIMEOUT_MS;
    while (isAlive(pid) && Date.now() < giveUp) await sleep(POLL_MS);
    leash.stdin.end();
    await gone;
  };
  const server = { name, pid, logFile, stop: () => signal('SIGTERM'), kill: () => signal('SIGKILL') };
  const giveUp = Date.now() + START_TIMEOUT_MS;
  while (isAlive(pid) && !ended && Date.now() < giveUp) {
    if (await command.answers().catch(() => false)) return server;
    await sleep(POLL_MS);
  }
  await server.kill();
  throw new Error(`${name} did not start; ${logFile} ends with:\n${tailOf(logFile)}`);
}

function tailOf(path: string): string {
  return readFileSync(path, 'utf8').slice(-LAST_LOG_CHARACTERS);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie has ended too.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function firstLine(stream: NodeJS.ReadableStream): Promise<number> {
  return new Promise((resolve) => {
    stream.once('data', (chunk: Buffer) => resolve(Number.parseInt(chunk.toString(), 10)));
  });
}
