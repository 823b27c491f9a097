import { type LoadedModel, loadModel, NO_MODEL } from '../app/model.ts';
import { startingModel } from '../app/starting-model.ts';
import type { Vocabulary } from '../app/vocabulary.ts';
import type { Config } from '../config/index.ts';
import { CommandError } from './usage-error.ts';

/** The model at `directory`, or a CommandError with the reason why it is refused; without a directory, none. */
export function openModel(directory: string | undefined, { table }: Vocabulary): LoadedModel {
  if (directory === undefined) return NO_MODEL;
  const outcome = loadModel(directory, table);
  if (!outcome.ok) throw new CommandError(outcome.reason);
  return outcome.model;
}

/** What `run` starts from (`startingModel`), or a CommandError with the reason why it is refused. */
export function openStartingModel(config: Config, vocabulary: Vocabulary): LoadedModel {
  const outcome = startingModel(config, vocabulary);
  if (!outcome.ok) throw new CommandError(outcome.reason);
  return outcome.model;
}
