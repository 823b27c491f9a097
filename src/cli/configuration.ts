import { type Config, formatProblems, loadConfig } from '../config/index.ts';
import { CommandError } from './usage-error.ts';

export interface Configured {
  readonly config: Config;
  /** The file as given, or `defaults`. */
  readonly source: string;
}

/** The configuration, or a CommandError that names every mistake with its line. */
export function readConfiguration(
  path: string | undefined,
  { secrets }: { secrets: boolean } = { secrets: true },
): Configured {
  const outcome = loadConfig(path, { withoutSecrets: !secrets });
  if (!outcome.ok) throw new CommandError(formatProblems(outcome.problems, outcome.source));
  return { config: outcome.config, source: outcome.source };
}
