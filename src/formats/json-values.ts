import { jsonExcess } from './json-excess.ts';
import { parseJson, type JsonValue } from '../runtime/index.ts';

export type JsonObject = Record<string, JsonValue>;

/** JSON of a known format that is not what it should be. Caught by the format: it never leaves this room. */
export class JsonShapeError extends Error {
  override readonly name = 'JsonShapeError';
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: false });

/** Bytes (UTF-8; what is not is replaced) to a value. Throws `JsonShapeError`. */
export function jsonOf(bytes: Uint8Array, maxValues: number): JsonValue {
  // The longest string V8 makes; TextDecoder throws beyond it.
  if (bytes.length > MAX_JSON_BYTES)
    throw new JsonShapeError('', `more than ${MAX_JSON_BYTES} bytes of JSON`);
  const excess = jsonExcess(bytes, maxValues);
  if (excess !== undefined) throw new JsonShapeError('', excess);
  const parsed = parseJson(UTF8.decode(bytes));
  if (!parsed.ok) throw new JsonShapeError('', parsed.reason);
  return parsed.value;
}

export const MAX_JSON_BYTES = 0x1fffffe8;

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An absent or null array is an empty one; anything else that is none is an error. */
export function arrayAt(value: JsonValue | undefined, path: string): JsonValue[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new JsonShapeError(path, 'expected an array');
  return value;
}

export function objectAt(value: JsonValue | undefined, path: string): JsonObject {
  if (!isObject(value)) throw new JsonShapeError(path, 'expected an object');
  return value;
}

/** Text of a string or number, '' for anything else. */
export function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
}

/** A finite number, or the number that a decimal text says; NaN for anything else. */
export function numberOf(value: JsonValue | undefined): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\s*[-+]?[\d.]+(?:[eE][-+]?\d+)?\s*$/.test(value)
    ? Number(value)
    : NaN;
}
