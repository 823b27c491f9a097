import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync, chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { makeFolder } from '../runtime/make-folder.ts';
import type { ModelData } from './model-data.ts';
import { BASELINES_FILE, FORESTS_FILE, MODEL_FORMAT, SEASONS_FILE, SKEW_FILE, SPREADS_FILE } from './read-model.ts';

/**
 * Why a model must not be written to `directory`, or undefined: only what is absent, empty or a model itself is
 * replaced.
 */
export function whyNotWritable(directory: string): string | undefined {
  if (!existsSync(directory)) return undefined;
  if (!statSync(directory).isDirectory()) return `${directory} is a file`;
  const entries = readdirSync(directory);
  if (entries.length === 0 || entries.includes('manifest.json')) {
    return resolve(directory) === resolve('.') ? `${directory} is the folder that you are in` : undefined;
  }
  return `${directory} holds other things than a model (${entries[0]}, ...), and would be replaced`;
}

/**
 * Writes models/NAME beside its place and moves it there in one step: a reader sees the old model or the new one. The
 * same model gives the same bytes. Throws when the directory cannot be written; ask `whyNotWritable` first.
 */
export function writeModel(directory: string, model: ModelData & { readonly origin?: object }): void {
  const parent = dirname(directory);
  makeFolder(parent);
  const fresh = mkdtempSync(join(parent, '.model-'));
  // A temporary folder is private; a model is for whoever may read its parent.
  chmodSync(fresh, 0o755);
  const baselines = `[\n${model.baselines.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;
  const forests = `[\n${model.forests.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;
  const skew = `[\n${model.skew.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;
  const spreads = `[\n${model.spreads.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;
  const seasons = `[\n${model.seasons.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;
  const manifest = {
    format: MODEL_FORMAT,
    createdAt: model.createdAt,
    ...(model.origin && { origin: model.origin }),
    trainedOn: model.trainedOn,
    components: model.baselines.length,
    forests: model.forests.length,
    sha256: { [BASELINES_FILE]: sha256(baselines), [FORESTS_FILE]: sha256(forests), [SKEW_FILE]: sha256(skew), ...(model.spreads.length > 0 && { [SPREADS_FILE]: sha256(spreads) }), ...(model.seasons.length > 0 && { [SEASONS_FILE]: sha256(seasons) }) },
  };
  writeFileSync(join(fresh, BASELINES_FILE), baselines);
  writeFileSync(join(fresh, FORESTS_FILE), forests);
  writeFileSync(join(fresh, SKEW_FILE), skew);
  // None where senders name no pods: the model is as it was.
  if (model.spreads.length > 0) writeFileSync(join(fresh, SPREADS_FILE), spreads);
  if (model.seasons.length > 0) writeFileSync(join(fresh, SEASONS_FILE), seasons);
  writeFileSync(join(fresh, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  replace(directory, fresh);
}

function replace(directory: string, fresh: string): void {
  const old = `${fresh}-old`;
  if (existsSync(directory)) renameSync(directory, old);
  renameSync(fresh, directory);
  rmSync(old, { recursive: true, force: true });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
