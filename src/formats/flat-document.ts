import type { JsonValue } from '../runtime/index.ts';
import { isObject, type JsonObject } from './json-values.ts';

/** Deeper objects are nobody's field names. */
const MAX_DEPTH = 8;

/** The value at a dotted path, whether it is one key with dots, nested objects, or a mixture: Elasticsearch takes all. */
export function fieldAt(document: JsonObject, path: string, depth = 0): JsonValue | undefined {
  if (Object.hasOwn(document, path)) return document[path];
  if (depth >= MAX_DEPTH) return undefined;
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const inner = Object.hasOwn(document, path.slice(0, dot)) ? document[path.slice(0, dot)] : undefined;
    if (!isObject(inner)) continue;
    const value = fieldAt(inner, path.slice(dot + 1), depth + 1);
    if (value !== undefined) return value;
  }
  return undefined;
}
