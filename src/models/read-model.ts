import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { parseJson } from '../runtime/json.ts';
import type { BaselineRow, ForestRow, ModelData, SeasonRow, SkewRow, SpreadRow } from './model-data.ts';

export const MODEL_FORMAT = 'spanwatch-model/1';
export const BASELINES_FILE = 'baselines.json';
export const FORESTS_FILE = 'forests.json';
export const SKEW_FILE = 'skew.json';
export const SPREADS_FILE = 'spreads.json';
export const SEASONS_FILE = 'seasons.json';

export type ModelOutcome =
  /** `checksum` is that of the checksums of its parts: two models with the same one are the same. */
  | { readonly ok: true; readonly name: string; readonly checksum: string; readonly model: ModelData }
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
const spreads = [number, number, number, number, number, number, number, number, number];
const baselinesSchema = Type.Array(
  Type.Union([
    Type.Tuple([Type.String(), ...spreads]),
    Type.Tuple([Type.String(), ...spreads, number, number, number, number]),
    Type.Tuple([Type.String(), ...spreads, number, number, number, number, number]),
  ]),
);
const forestsSchema = Type.Array(
  Type.Object({ entry: Type.String(), usualLogSpans: number, threshold: number, usualStrength: number, forest: Type.Unknown() }),
);

const skewEnd = Type.Object({
  service: Type.Object({ environment: Type.String(), namespace: Type.String(), name: Type.String() }),
  instance: Type.String(),
});
const skewSchema = Type.Array(Type.Object({ caller: skewEnd, callee: skewEnd, offsetUs: number }));
const spreadsSchema = Type.Array(Type.Tuple([Type.String(), positive(), positive(), positive(), positive()]));
/** A factor of 150 up or down: no rhythm of a day. */
const offset = Type.Number({ minimum: -5, maximum: 5 });
const offsets = (length: number) => Type.Array(offset, { minItems: length, maxItems: length });
const seasonsSchema = Type.Array(Type.Tuple([Type.String(), offsets(4), Type.Union([offsets(0), offsets(168)])]));

/**
 * Reads models/NAME. What is not whole is refused with a reason that names the file: a missing part, a checksum that
 * does not fit, a format of another version, a value out of shape. Never throws.
 */
export function readModel(directory: string): ModelOutcome {
  const refuse = (reason: string): ModelOutcome => ({ ok: false, reason: `model ${directory}: ${reason}` });
  if (!existsSync(directory)) return { ok: false, reason: `no such model: there is no folder ${directory}` };
  const manifest = readPart(directory, 'manifest.json');
  if ('reason' in manifest) return refuse(manifest.reason);
  if (!Value.Check(manifestSchema, manifest.value)) return refuse(`manifest.json ${firstError(manifestSchema, manifest.value)}`);
  const { format, createdAt, trainedOn, sha256 } = manifest.value;
  if (format !== MODEL_FORMAT) {
    return refuse(`its format is ${JSON.stringify(format)}, this version reads ${MODEL_FORMAT}: learn it again`);
  }
  const baselines = readChecked<BaselineRow[]>(directory, { file: BASELINES_FILE, schema: baselinesSchema, sha256 });
  if ('reason' in baselines) return refuse(baselines.reason);
  const forests = readChecked<ForestRow[]>(directory, { file: FORESTS_FILE, schema: forestsSchema, sha256 });
  if ('reason' in forests) return refuse(forests.reason);
  const skew = readChecked<SkewRow[]>(directory, { file: SKEW_FILE, schema: skewSchema, sha256 });
  if ('reason' in skew) return refuse(skew.reason);
  // Older versions wrote none.
  const spreads = SPREADS_FILE in sha256 ? readChecked<SpreadRow[]>(directory, { file: SPREADS_FILE, schema: spreadsSchema, sha256 }) : { value: [] };
  if ('reason' in spreads) return refuse(spreads.reason);
  const seasons = SEASONS_FILE in sha256 ? readChecked<SeasonRow[]>(directory, { file: SEASONS_FILE, schema: seasonsSchema, sha256 }) : { value: [] };
  if ('reason' in seasons) return refuse(seasons.reason);
  const bad = baselines.value.find((row) => !isSound(row));
  if (bad !== undefined) return refuse(`${BASELINES_FILE}: ${JSON.stringify(bad[0])} has a spread that is not positive`);
  const model = { createdAt, trainedOn, baselines: baselines.value, forests: forests.value, skew: skew.value, spreads: spreads.value, seasons: seasons.value };
  return { ok: true, name: basename(directory), checksum: checksumOf(sha256), model };
}

/** What `readModel` says as its checksum, from the manifest alone; undefined when that cannot be read. */
export function modelChecksum(directory: string): string | undefined {
  const manifest = readPart(directory, 'manifest.json');
  if ('reason' in manifest || !Value.Check(manifestSchema, manifest.value)) return undefined;
  return checksumOf(manifest.value.sha256);
}

function checksumOf(parts: Readonly<Record<string, string>>): string {
  const lines = Object.keys(parts).sort().map((file) => `${file} ${parts[file]}`);
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

interface CheckedPart {
  readonly file: string;
  readonly schema: TSchema;
  readonly sha256: Readonly<Record<string, string>>;
}

/** A part whose checksum and shape are as they should be. */
function readChecked<T>(
  directory: string,
  { file, schema, sha256 }: CheckedPart,
): { readonly value: T } | { readonly reason: string } {
  const part = readPart(directory, file, sha256[file] ?? '');
  if ('reason' in part) return part;
  if (!Value.Check(schema, part.value)) return { reason: `${file} ${firstError(schema, part.value)}` };
  return { value: part.value as T };
}

type Part = { readonly value: unknown } | { readonly reason: string };

/** Files of a model are small; one beyond this is none of ours. */
const MAX_BYTES = 512 * 1024 * 1024;

function readPart(directory: string, file: string, sha256?: string): Part {
  let bytes: Buffer;
  try {
    bytes = readFileSync(join(directory, file));
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') return { reason: 'it is a file, and a model is a folder' };
    return { reason: code === 'ENOENT' ? `there is no ${file} in it` : `${file} cannot be read (${code})` };
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
  const [, , , , , , , , , , offset = 0, exceeded = 0, traces = 0, clump = 1, beyond = offset] = row;
  const tailIsSound = offset >= 0 && exceeded >= 0 && traces >= exceeded && clump >= 1 && beyond >= offset;
  return spreads.every((value) => value > 0) && row[7] >= 1 && row[8] >= 0 && row[9] >= 0 && tailIsSound;
}

function positive(): ReturnType<typeof Type.Number> {
  return Type.Number({ exclusiveMinimum: 0 });
}
