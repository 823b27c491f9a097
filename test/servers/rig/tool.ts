import { spawn } from 'node:child_process';

export interface ToolOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What is shown of a tool that failed. */
const LAST_CHARACTERS = 3000;

/** Runs a build tool to its end; resolves to what it printed. Rejects with its last lines, or with "X is not installed". */
export function runTool(program: string, args: readonly string[], options: ToolOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(program, [...args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const collect = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', () => reject(new Error(`${program} is not installed`)));
    child.once('close', (code) => {
      if (code === 0) return resolve(output);
      return reject(new Error(`${program} ${args[0]} failed (${code}):\n${output.slice(-LAST_CHARACTERS)}`));
    });
  });
}
