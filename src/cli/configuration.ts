import { type Config, type ConfigProblem, formatProblems, loadConfig } from '../config/index.ts';
import { CommandError } from './usage-error.ts';

export interface Configured {
  readonly config: Config;
  /** The file as given, or `defaults`. */
  readonly source: string;
  /** What can be used, and is hardly what was meant. */
  readonly warnings: readonly ConfigProblem[];
}

/** The configuration, or a CommandError that names every mistake with its line. */
export function readConfiguration(
  path: string | undefined,
  { secrets }: { secrets: boolean } = { secrets: true },
): Configured {
  const outcome = loadConfig(path, { withoutSecrets: !secrets });
  if (!outcome.ok) throw new CommandError(formatProblems(outcome.problems, outcome.source));
  const { config, source, warnings } = outcome;
  return { config, source, warnings };
}
