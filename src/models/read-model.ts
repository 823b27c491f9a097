import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { parseJson } from '../runtime/json.ts';
import type { BaselineRow, ForestRow, ModelData } from './model-data.ts';

export const MODEL_FORMAT = 'spanwatch-model/1';
export const BASELINES_FILE = 'baselines.json';
export const FORESTS_FILE = 'forests.json';

export type ModelOutcome =
  | { readonly ok: true; readonly name: string; readonly model: ModelData }
  | { readonly ok: false; readonly reason: string };

const count = Type.Integer({ minimum: 0 });
const manifestSchema = Type.Object({
  format: Type.String(),
  createdAt: Type.String(),
  trainedOn: Type.Object({ from: Type.String(), to: Type.String(), spans: count, traces: count, windows: count }),
  components: count,
  forests: count,
  sha256: Type.Record(Type.String(), Type.String()),
});
const number = Type.Number();
const baselinesSchema = Type.Array(
  Type.Tuple([Type.String(), number, number, number, number, number, number, number, number, number]),
);
const forestsSchema = Type.Array(
  Type.Object({ entry: Type.String(), usualLogSpans: number, threshold: number, forest: Type.Unknown() }),
);

/**
 * Reads models/NAME. What is not whole is refused with a reason that names the file: a missing part, a checksum that
 * does not fit, a format of another version, a value out of shape. Never throws.
 */
export function readModel(directory: string): ModelOutcome {
  const refuse = (reason: string): ModelOutcome => ({ ok: false, reason: `model ${directory}: ${reason}` });
  const manifest = readPart(directory, 'manifest.json');
  if ('reason' in manifest) return refuse(manifest.reason);
  if (!Value.Check(manifestSchema, manifest.value)) return refuse(`manifest.json ${firstError(manifestSchema, manifest.value)}`);
  const { format, createdAt, trainedOn, sha256 } = manifest.value;
  if (format !== MODEL_FORMAT) {
    return refuse(`its format is ${JSON.stringify(format)}, this version reads ${MODEL_FORMAT}: learn it again`);
  }
  const baselines = readPart(directory, BASELINES_FILE, sha256[BASELINES_FILE] ?? '');
  if ('reason' in baselines) return refuse(baselines.reason);
  if (!Value.Check(baselinesSchema, baselines.value)) return refuse(`${BASELINES_FILE} ${firstError(baselinesSchema, baselines.value)}`);
  const forests = readPart(directory, FORESTS_FILE, sha256[FORESTS_FILE] ?? '');
  if ('reason' in forests) return refuse(forests.reason);
  if (!Value.Check(forestsSchema, forests.value)) return refuse(`${FORESTS_FILE} ${firstError(forestsSchema, forests.value)}`);
  const bad = (baselines.value as readonly BaselineRow[]).find((row) => !isSound(row));
  if (bad !== undefined) return refuse(`${BASELINES_FILE}: ${JSON.stringify(bad[0])} has a spread that is not positive`);
  const model = { createdAt, trainedOn, baselines: baselines.value as BaselineRow[], forests: forests.value as ForestRow[] };
  return { ok: true, name: basename(directory), model };
}

type Part = { readonly value: unknown } | { readonly reason: string };

/** Files of a model are small; one beyond this is none of ours. */
const MAX_BYTES = 512 * 1024 * 1024;

function readPart(directory: string, file: string, sha256?: string): Part {
  let bytes: Buffer;
  try {
    bytes = readFileSync(join(directory, file));
  } catch (error) {
    return { reason: `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})` };
  }
  if (bytes.length > MAX_BYTES) return { reason: `${file} is larger than ${MAX_BYTES} bytes` };
  if (sha256 !== undefined && createHash('sha256').update(bytes).digest('hex') !== sha256) {
    return { reason: `${file} is not what the manifest says (its checksum differs)` };
  }
  const parsed = parseJson(bytes.toString('utf8'));
  return parsed.ok ? { value: parsed.value } : { reason: `${file} is ${parsed.reason}` };
}

function firstError(schema: Parameters<typeof Value.Errors>[0], value: unknown): string {
  const error = Value.Errors(schema, value).First();
  return error === undefined ? 'is out of shape' : `at ${error.path === '' ? '/' : error.path}: ${error.message}`;
}

function isSound(row: BaselineRow): boolean {
  const spreads = row.slice(2, 8) as number[];
  return spreads.every((value) => value > 0) && row[7] >= 1 && row[8] >= 0 && row[9] >= 0;
}
