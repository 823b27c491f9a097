import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ShellOptions {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

const POLL_MS = 100;
/** A command that goes on has said what it says at its start. */
const QUIET_MS = 5_000;
const COMMAND_TIMEOUT_MS = 10 * 60_000;
/** Spanwatch takes ten seconds for what is due. */
const END_TIMEOUT_MS = 30_000;
const END = 'quickstart-command-ended';

/** One terminal of a reader: a bash that keeps its jobs and variables from command to command. */
export class Shell {
  readonly #bash: ChildProcessWithoutNullStreams;
  #printed = '';
  #shown = 0;

  constructor({ folder, env }: ShellOptions) {
    // A group of its own, so that its jobs end with it.
    this.#bash = spawn('bash', ['-s'], { cwd: folder, env: { ...process.env, ...env }, detached: true });
    const collect = (chunk: Buffer): void => void (this.#printed += chunk.toString());
    this.#bash.stdout.on('data', collect);
    this.#bash.stderr.on('data', collect);
  }

  /** What the command printed. Rejects when it fails, or does not end within ten minutes. */
  async run(command: string): Promise<string> {
    this.#shown = this.#printed.length;
    // Commands read no input; what follows is the shell's.
    this.#bash.stdin.write(`{ ${command}\n} </dev/null 2>&1\necho "${END} $?"\n`);
    await this.#until(() => this.#fresh().includes(END), COMMAND_TIMEOUT_MS, command);
    const [output, code] = this.#fresh().split(END);
    this.#shown = this.#printed.length;
    if (code.trim() !== '0') throw new Error(`${command}\nended with ${code.trim()}:\n${output}`);
    return output;
  }

  /** Starts what goes on; resolves to what it printed once it has been quiet for a while. */
  async start(command: string): Promise<string> {
    this.#bash.stdin.write(`${command} </dev/null 2>&1\n`);
    for (let before = -1; before !== this.#printed.length || before === 0; await sleep(QUIET_MS))
      before = this.#printed.length;
    return this.fresh();
  }

  /** What was printed since it was last asked. */
  fresh(): string {
    const text = this.#fresh();
    this.#shown = this.#printed.length;
    return text;
  }

  until(words: string, timeoutMs: number): Promise<void> {
    return this.#until(() => this.#fresh().includes(words), timeoutMs, `${words} to be printed`);
  }

  /** Resolves when all that it started has ended: the folder is still theirs until then. */
  async end(): Promise<void> {
    const giveUp = performance.now() + END_TIMEOUT_MS;
    for (let signal: NodeJS.Signals | 0 = 'SIGTERM'; this.#signal(signal); await sleep(POLL_MS))
      signal = performance.now() > giveUp ? 'SIGKILL' : 0;
  }

  /** False when there is nobody left. */
  #signal(signal: NodeJS.Signals | 0): boolean {
    try {
      return process.kill(-(this.#bash.pid ?? Number.NaN), signal);
    } catch {
      return false;
    }
  }

  #fresh(): string {
    return this.#printed.slice(this.#shown);
  }

  async #until(isSo: () => boolean, timeoutMs: number, what: string): Promise<void> {
    const giveUp = performance.now() + timeoutMs;
    while (!isSo()) {
      if (performance.now() > giveUp)
        throw new Error(`waited in vain for ${what}; there was:\n${this.#fresh()}`);
      await sleep(POLL_MS);
    }
  }
}
