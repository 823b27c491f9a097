import { type JsonValue, parseJson } from '../runtime/index.ts';

/** A vendor's answer as an object; undefined when it is none. */
export function answerObject(text: string): Readonly<Record<string, JsonValue>> | undefined {
  const parsed = parseJson(text);
  if (!parsed.ok || parsed.value === null || typeof parsed.value !== 'object') return undefined;
  return Array.isArray(parsed.value) ? undefined : parsed.value;
}
