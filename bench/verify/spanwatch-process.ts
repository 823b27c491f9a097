import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const BIN = fileURLToPath(new URL('../../bin/spanwatch.js', import.meta.url));

export interface Finished {
  /** null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface RunOptions {
  /** Bytes for its standard input; closed and empty when absent. */
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A command line of spanwatch in a process of its own, to its end. */
export function runSpanwatch(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return runProcess(process.execPath, [BIN, ...args], options);
}

/** Any program, to its end. Rejects only when it cannot be started. */
export function runProcess(
  program: string,
  args: readonly string[],
  { input, cwd, env }: RunOptions = {},
): Promise<Finished> {
  const startedAt = performance.now();
  const child = spawn(program, [...args], { cwd, env: { ...process.env, ...env } });
  // A program that ends without reading its input is no error here.
  child.stdin.on('error', () => undefined).end(input ?? '');
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const seconds = (performance.now() - startedAt) / 1000;
      resolve({ code, stdout: stdout(), stderr: stderr(), seconds });
    });
  });
}

/** Like `runSpanwatch`, and throws with what it said when its exit code is not 0. */
export async function mustRun(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const finished = await runSpanwatch(args, options);
  if (finished.code !== 0) {
    throw new Error(`spanwatch ${args[0]} ended with ${finished.code}: ${finished.stderr.slice(-2000)}`);
  }
  return finished;
}

export interface RunningService {
  readonly pid: number;
  /** `http://127.0.0.1:PORT` of the source and of the API. */
  readonly source: string;
  readonly http: string;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when the process is gone. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  stderr(): string;
  stdout(): string;
}

export interface ServiceOptions extends RunOptions {
  readonly clock?: 'wall' | 'event';
  /** Another bin/spanwatch.js than this checkout's. */
  readonly bin?: string;
  /** Kills it while it starts: then the promise rejects once it is gone. */
  readonly signal?: AbortSignal;
}

/** It reads a model and opens a store and two ports: seconds, and many of them when ten start at once. */
const START_TIMEOUT_MS = 120_000;

/**
 * `spanwatch run -c CONFIG`, once it says that it is running. The configuration has one source, and logs at `info`.
 * Rejects with what it said when it ends before.
 */
export function startService(configPath: string, options: ServiceOptions = {}): Promise<RunningService> {
  const { clock = 'event', bin = BIN, cwd, env } = options;
  const child = spawn(process.execPath, [bin, 'run', '-c', configPath, '--clock', clock], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stderr = collect(child.stderr);
  const stdout = collect(child.stdout);
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`spanwatch run did not start in ${START_TIMEOUT_MS} ms: ${stderr()}`));
    }, START_TIMEOUT_MS);
    child.once('error', reject);
    options.signal?.addEventListener('abort', () => void child.kill('SIGKILL'));
    void ended.then(({ code }) => {
      clearTimeout(timer);
      reject(new Error(`spanwatch run ended with ${code}: ${stderr()}`));
    });
    child.stderr.on('data', () => {
      const addresses = addressesIn(stderr());
      if (addresses === undefined) return;
      clearTimeout(timer);
      resolve({ ...addresses, ...handleOf(child), ended, stderr, stdout });
    });
  });
}

function handleOf(
  child: ChildProcessByStdio<null, Readable, Readable>,
): Pick<RunningService, 'pid' | 'signal'> {
  return { pid: child.pid ?? 0, signal: (signal) => void child.kill(signal) };
}

/** Where it listens, by the line that it logs when it is up. */
function addressesIn(log: string): { source: string; http: string } | undefined {
  const line = log.split('\n').find((text) => text.includes('"spanwatch is running"') && text.endsWith('}'));
  if (line === undefined) return undefined;
  const { sources, http } = JSON.parse(line) as { sources: Record<string, number>; http: string };
  return { source: `http://127.0.0.1:${Object.values(sources)[0]}`, http };
}

function collect(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return () => text;
}
