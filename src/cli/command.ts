/** What a command may touch of the process: so that tests call it without one. */
export interface Terminal {
  /** Standard output. */
  readonly out: (text: string) => void;
  /** Standard error. */
  readonly err: (text: string) => void;
  /** Whether standard error is a terminal: progress on one line, colours. */
  readonly interactive: boolean;
  readonly color: boolean;
  /** Resolves at SIGTERM or SIGINT. */
  readonly stopped: Promise<void>;
  /** Calls back at each SIGHUP. Absent: nobody asks. */
  readonly onReload?: (callback: () => void) => void;
}

export interface Command {
  readonly name: string;
  /** One line for the list. */
  readonly summary: string;
  /** The whole `--help`. */
  readonly help: string;
  /** Resolves to the exit code. Throws a UsageError or a CommandError; anything else is a defect. */
  run(args: readonly string[], terminal: Terminal): Promise<number>;
}
