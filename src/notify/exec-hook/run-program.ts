import { spawn } from 'node:child_process';

export type ProgramEnd =
  | { readonly kind: 'exited'; readonly code: number; readonly output: string }
  | { readonly kind: 'killed'; readonly why: 'time' | 'shutdown' | 'signal'; readonly output: string }
  /** It never ran; `code` is the platform's word. */
  | { readonly kind: 'not-started'; readonly code: string };

/** The beginning of what it writes, standard output and error together; the rest is read and thrown away. */
const MAX_OUTPUT_BYTES = 4096;
/** Nothing of our own environment: it may hold secrets. */
const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' };

/**
 * Runs a program without a shell, `input` on its standard input, in a process group of its own. After `timeoutMs`, or
 * when `signal` aborts, the whole group is killed. Never rejects.
 */
export function runProgram(
  program: string,
  args: readonly string[],
  { input, timeoutMs, signal }: { input: string; timeoutMs: number; signal: AbortSignal | undefined },
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = spawn(program, [...args], { shell: false, detached: true, env: ENVIRONMENT, cwd: '/' });
    const timeout = AbortSignal.timeout(timeoutMs);
    const chunks: Buffer[] = [];
    let bytes = 0;
    const keep = (chunk: Buffer): void => {
      if (bytes < MAX_OUTPUT_BYTES) chunks.push(chunk.subarray(0, MAX_OUTPUT_BYTES - bytes));
      bytes += chunk.length;
    };
    const kill = (): void => {
      // The group: what it started must not outlive it.
      if (child.pid !== undefined) killGroup(child.pid);
    };
    const end = (how: ProgramEnd): void => {
      timeout.removeEventListener('abort', kill);
      signal?.removeEventListener('abort', kill);
      resolve(how);
    };
    timeout.addEventListener('abort', kill);
    signal?.addEventListener('abort', kill);
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error: NodeJS.ErrnoException) =>
      end({ kind: 'not-started', code: error.code ?? 'unknown' }),
    );
    // A program that reads nothing closes the pipe: that is its right.
    child.stdin.on('error', () => undefined);
    child.on('close', (code) => {
      const output = Buffer.concat(chunks).toString('utf8');
      if (code !== null) end({ kind: 'exited', code, output });
      else if (timeout.aborted) end({ kind: 'killed', why: 'time', output });
      else end({ kind: 'killed', why: signal?.aborted === true ? 'shutdown' : 'signal', output });
    });
    child.stdin.end(input);
    if (signal?.aborted === true) kill();
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
