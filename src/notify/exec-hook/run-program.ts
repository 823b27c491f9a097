import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

export type ProgramEnd =
  | { readonly kind: 'exited'; readonly code: number; readonly output: string }
  | { readonly kind: 'killed'; readonly why: 'time' | 'shutdown' | 'signal'; readonly output: string }
  /** It never ran; `code` is the platform's word. */
  | { readonly kind: 'not-started'; readonly code: string };

/** The beginning of what it writes, standard output and error together; the rest is read and thrown away. */
const MAX_OUTPUT_BYTES = 4096;
/** Nothing of our own environment: it may hold secrets. */
const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' };

/** What it wrote last is in the pipe when it ends: a moment is enough, unless somebody else holds the pipe open. */
const PIPES_MS = 1_000;

/**
 * Runs a program without a shell, `input` on its standard input, in a process group of its own. After `timeoutMs`, or
 * when `signal` aborts, the whole group is killed. What has left the group (`setsid`) and holds on to its output is not
 * waited for. Never rejects.
 */
export function runProgram(
  program: string,
  args: readonly string[],
  { input, timeoutMs, signal }: { input: string; timeoutMs: number; signal: AbortSignal | undefined },
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = spawn(program, [...args], { shell: false, detached: true, env: ENVIRONMENT, cwd: '/' });
    const timeout = AbortSignal.timeout(timeoutMs);
    const output = beginningOf([child.stdout, child.stderr]);
    const kill = (): void => {
      // The group: what it started must not outlive it.
      if (child.pid !== undefined) killGroup(child.pid);
      settleSoon();
    };
    const end = (how: ProgramEnd): void => {
      timeout.removeEventListener('abort', kill);
      signal?.removeEventListener('abort', kill);
      for (const pipe of child.stdio) pipe?.destroy();
      // One that cannot be killed now (a disk that hangs) must not hold our own end up.
      child.unref();
      resolve(how);
    };
    const ended = (code: number | null): void => {
      if (code !== null) end({ kind: 'exited', code, output: output() });
      else if (timeout.aborted) end({ kind: 'killed', why: 'time', output: output() });
      else end({ kind: 'killed', why: signal?.aborted === true ? 'shutdown' : 'signal', output: output() });
    };
    let settling: AbortSignal | undefined;
    const settleSoon = (): void => {
      if (settling !== undefined) return;
      settling = AbortSignal.timeout(PIPES_MS);
      settling.addEventListener('abort', () => {
        if (child.pid !== undefined) killGroup(child.pid);
        ended(child.exitCode);
      });
    };
    timeout.addEventListener('abort', kill);
    signal?.addEventListener('abort', kill);
    child.on('error', (error: NodeJS.ErrnoException) =>
      end({ kind: 'not-started', code: error.code ?? 'unknown' }),
    );
    // A program that reads nothing closes the pipe: that is its right.
    child.stdin.on('error', () => undefined);
    child.on('exit', settleSoon);
    child.on('close', ended);
    child.stdin.end(input);
    if (signal?.aborted === true) kill();
  });
}

/** The first `MAX_OUTPUT_BYTES` of all of them, as far as they have come when it is asked. */
function beginningOf(streams: readonly Readable[]): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const keep = (chunk: Buffer): void => {
    if (bytes < MAX_OUTPUT_BYTES) chunks.push(chunk.subarray(0, MAX_OUTPUT_BYTES - bytes));
    bytes += chunk.length;
  };
  for (const stream of streams) stream.on('data', keep);
  return () => Buffer.concat(chunks).toString('utf8');
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
