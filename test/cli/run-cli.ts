import { runCommandLine } from '../../src/cli/index.ts';

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line in this process, with nothing of a terminal; `stopped` as SIGTERM would. */
export async function runCli(
  args: readonly string[],
  stopped = new Promise<void>(() => undefined),
): Promise<Said> {
  let stdout = '';
  let stderr = '';
  const code = await runCommandLine(args, {
    out: (text) => void (stdout += text),
    err: (text) => void (stderr += text),
    interactive: false,
    color: false,
    stopped,
  });
  return { code, stdout, stderr };
}
