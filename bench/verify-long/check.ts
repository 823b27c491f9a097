/** What a check is given. */
export interface CheckContext {
  /** Folder of labelled captures (a folder each, with spans.otlp.jsonl.gz); undefined when none was given. */
  readonly dataDir: string | undefined;
  /** An empty folder of the check's own, removed afterwards. */
  readonly scratch: string;
  /** A line of progress on standard output. */
  readonly say: (text: string) => void;
}

/** One promise, held or not. */
export interface CheckRow {
  readonly promise: string;
  /** What was measured. */
  readonly measured: string;
  readonly ok: boolean;
}

export interface CheckResult {
  /** What it shows, for docs/reliability.md: markdown below the section's title, tables and plots included. */
  readonly markdown: string;
  readonly rows: readonly CheckRow[];
}

/** One file a check in this folder; registered in checks.ts. */
export interface Check {
  /** What `--only` takes. */
  readonly name: string;
  /** The section's title in docs/reliability.md. */
  readonly title: string;
  run(context: CheckContext): Promise<CheckResult>;
}
