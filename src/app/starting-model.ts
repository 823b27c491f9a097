import { join, resolve } from 'node:path';
import type { Config } from '../config/index.ts';
import { modelChecksum, ModelShelf } from '../models/index.ts';
import { type LoadOutcome, loadModel, NO_MODEL } from './model.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Where a service keeps the versions of what it learned: an absolute path, since in a working directory that is gone Node makes a relative one for ever. */
export function shelfOf({ dataDir, learning }: Config): ModelShelf {
  return new ModelShelf(resolve(dataDir, 'models'), learning.keepModels);
}

/**
 * What a service starts from when there is no checkpoint: the newest sound version in `dataDir/models` that descends from the configured
 * model, else the configured model, else nothing. A configured model that was learned again or exchanged is taken at once, since
 * no version descends from it.
 */
export function startingModel(config: Config, { table }: Vocabulary): LoadOutcome {
  const base = baseOf(config.model);
  const shelf = shelfOf(config);
  for (const { name, origin } of shelf.list().reverse()) {
    if (origin.base !== base) continue;
    const outcome = loadModel(join(shelf.directory, name), table);
    // A checkpoint asks which configured model it is about.
    if (outcome.ok) return { ok: true, model: { ...outcome.model, checksum: base } };
  }
  return config.model === undefined ? { ok: true, model: NO_MODEL } : loadModel(config.model, table);
}

/** Which configured model a version descends from, by its checksum; '' for none. */
export function baseOf(model: string | undefined): string {
  return model === undefined ? '' : (modelChecksum(model) ?? '(unreadable)');
}
