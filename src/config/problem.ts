/** One mistake in a configuration. Never holds the value of a secret. */
export interface ConfigProblem {
  /** Key path, such as `sources[0].port`; empty for the file as a whole. */
  readonly path: string;
  /** Where in the file, counted from 1; absent when there is no file, or the mistake is not in it. */
  readonly line?: number;
  readonly column?: number;
  /** What was expected, and what was found. */
  readonly message: string;
}

/** One line a problem, in the file's order: `spanwatch.yaml:12:9: sources[0].port: expected ...`. */
export function formatProblems(problems: readonly ConfigProblem[], source: string): string {
  return problems
    .map(({ path, line, column, message }) => {
      const place = line === undefined ? source : `${source}:${line}:${column ?? 1}`;
      return path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
    })
    .join('\n');
}
