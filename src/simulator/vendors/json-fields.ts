import { type JsonValue, parseJson } from '../../runtime/index.ts';

export type JsonObject = Readonly<Record<string, JsonValue>>;

/** The object in a body; undefined when it is not JSON or not an object. */
export function objectIn(text: string): JsonObject | undefined {
  const parsed = parseJson(text);
  return parsed.ok ? asObject(parsed.value) : undefined;
}

export function asObject(value: JsonValue | undefined): JsonObject | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
}

export function asArray(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** All objects inside a value, itself included, outer ones first. */
export function objectsIn(value: JsonValue | undefined): JsonObject[] {
  if (value === null || typeof value !== 'object') return [];
  const inner = Array.isArray(value) ? value : Object.values(value);
  const self = asObject(value);
  return [...(self === undefined ? [] : [self]), ...inner.flatMap(objectsIn)];
}
