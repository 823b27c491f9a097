import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModelData } from './model-data.ts';
import { BASELINES_FILE, FORESTS_FILE, MODEL_FORMAT, SKEW_FILE } from './read-model.ts';

/**
 * Writes models/NAME beside its place and moves it there in one step: a reader sees the old model or the new one. The
 * same model gives the same bytes. Throws when the directory cannot be written.
 */
export function writeModel(directory: string, model: ModelData): void {
  const parent = dirname(directory);
  mkdirSync(parent, { recursive: true });
  const fresh = mkdtempSync(join(parent, '.model-'));
  // A temporary folder is private; a model is for whoever may read its parent.
  chmodSync(fresh, 0o755);
  const baselines = `[\n${model.baselines.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;
  const forests = `[\n${model.forests.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;
  const skew = `[\n${model.skew.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;
  const manifest = {
    format: MODEL_FORMAT,
    createdAt: model.createdAt,
    trainedOn: model.trainedOn,
    components: model.baselines.length,
    forests: model.forests.length,
    sha256: { [BASELINES_FILE]: sha256(baselines), [FORESTS_FILE]: sha256(forests), [SKEW_FILE]: sha256(skew) },
  };
  writeFileSync(join(fresh, BASELINES_FILE), baselines);
  writeFileSync(join(fresh, FORESTS_FILE), forests);
  writeFileSync(join(fresh, SKEW_FILE), skew);
  writeFileSync(join(fresh, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  replace(directory, fresh);
}

function replace(directory: string, fresh: string): void {
  const old = `${fresh}-old`;
  try {
    renameSync(directory, old);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  renameSync(fresh, directory);
  rmSync(old, { recursive: true, force: true });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
