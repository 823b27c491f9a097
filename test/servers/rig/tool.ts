import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ToolOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** No registry will help. */
class MissingTool extends Error {}

/** What is shown of a tool that failed. */
const LAST_CHARACTERS = 3000;
/** The longest, the Collector's build, takes two minutes on two idle cores. */
const TIMEOUT_MS = 15 * 60_000;
/** A registry that hiccups answers again within these; what it has not got it has not got then either. */
const PAUSES_MS: readonly number[] = [2_000, 10_000];

/**
 * Runs a build tool to its end; resolves to what it printed. Rejects with its last lines, with "X is not installed", or
 * after a quarter of an hour.
 */
export function runTool(program: string, args: readonly string[], options: ToolOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(program, [...args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    const collect = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', () => reject(new MissingTool(`${program} is not installed`)));
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(output);
      const how = code ?? signal;
      return reject(new Error(`${program} ${args[0]} failed (${how}):\n${output.slice(-LAST_CHARACTERS)}`));
    });
  });
}

/** `runTool` for one that fetches from a registry and checks what it got by a checksum: tried three times. */
export async function runFetchingTool(
  program: string,
  args: readonly string[],
  options: ToolOptions,
): Promise<string> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await runTool(program, args, options);
    } catch (error) {
      if (error instanceof MissingTool) throw error;
      process.stdout.write(`${String(error)}\ntrying again ...\n`);
      await sleep(pauseMs);
    }
  }
  return runTool(program, args, options);
}
